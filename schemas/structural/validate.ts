/**
 * The OpenAPI validation of content (B6): every keyword of a schema becomes a closure when a value first reaches it, and the closures
 * are shared by everyone who holds the same schema.
 *
 * `matches` counts as the validator of Kubernetes does, check by check, since that decides whose errors anyOf and oneOf tell.
 */
import { goQuote, notSupported, required, tooLong, tooMany, type FieldError } from '../field-errors.js';
import { equal, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { oldItems, oldMember, UNCORRELATED, unchanged } from './correlate.js';
import { isFormatName, isKnownFormat, stringFormat } from './formats.js';
import { junctors } from './junctors.js';
import { numberKeywords } from './number-keywords.js';
import { isInteger } from './numbers.js';
import { compilePattern } from './pattern.js';
import { sortedMembers, structural, type Structural } from './structural.js';
import { fieldAt, pathOf, report, startWalk, type Walk } from './walk.js';

/** Judges a value; `old` is the value it replaces, undefined where there is none (B6.8). */
export type Check = (value: JsonValue, walk: Walk, old: JsonValue | undefined) => void;

/**
 * The schema errors of a value (B6.1–B6.8), equal ones once. `base` is the FIELD of the value; paths inside the texts start below it.
 * With `old`, errors at nodes that did not change are dropped.
 */
export function validateSchema(node: Structural, value: JsonValue, old: JsonValue | undefined, base: string): FieldError[] {
  const walk = startWalk(base);
  checkOf(node.raw)(value, walk, old);
  return walk.errors.length < 2 ? walk.errors : withoutRepetitions(walk.errors);
}

function withoutRepetitions(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>();
  return errors.filter((error) => {
    const text = `${error.field}: ${error.body}`;
    return !seen.has(text) && seen.add(text);
  });
}

const checks = new WeakMap<JsonObject, Check>();

/** The check of a schema, compiled on first use. */
export function checkOf(raw: JsonObject): Check {
  let check = checks.get(raw);
  if (check === undefined) {
    check = compile(structural(raw));
    checks.set(raw, check);
  }
  return check;
}

/** JSON types, numbers apart by whether Go reads an integer; with the format that Go gives them. */
const KINDS = ['string', 'boolean', 'object', 'array', 'integer', 'number'] as const;
type Kind = (typeof KINDS)[number];
const GO_FORMAT: Partial<Record<Kind, string>> = { integer: 'int64', number: 'float64' };

/** The place of a value's kind in `KINDS`: a number, since this runs for every value. */
function kindOf(value: Exclude<JsonValue, null>): number {
  switch (typeof value) {
    case 'string':
      return 0;
    case 'boolean':
      return 1;
    case 'object':
      return Array.isArray(value) ? 3 : 2;
    default:
      return isInteger(value) ? 4 : 5;
  }
}

/** What is left to do for a value of one kind. */
interface Plan {
  steps: readonly Check[];
  /** Passed checks that need no looking. */
  matches: number;
}

function compile(node: Structural): Check {
  const types = node.intOrString ? ['integer', 'string'] : node.type === '' ? [] : [node.type];
  const only = types.length === 1 ? types[0]! : '';
  const declared = typeof node.raw.format === 'string' ? node.raw.format : '';
  const format = isFormatName(declared) ? declared : '';

  const enumeration = enumCheck(node.raw);
  const planFor = (kind: Kind): Plan => {
    const type = typeCheck(types, format, kind);
    const { checks, counted } = keywords(node, kind, only, format);
    const typed = types.length > 0 || format !== '' ? 1 : 0;
    return {
      steps: [type, junctors(node.raw, checkOf), ...checks, enumeration, kind === 'object' ? objectKeywords(node) : undefined].filter(
        (step) => step !== undefined,
      ),
      // Beside type and keywords: the junctors twice, enum, the node itself.
      matches: 4 + counted + typed + (type === undefined ? typed : 0),
    };
  };
  const plans: (Plan | undefined)[] = KINDS.map(() => undefined);
  const takesNull = types.length === 0 || node.nullable;

  return (value, walk, old) => {
    const from = walk.errors.length;
    if (value === null) {
      if (!takesNull) mistyped(walk, types.join(','), 'null');
      else if (types.length > 0 || format !== '') walk.matches++;
      enumeration?.(value, walk, UNCORRELATED);
    } else {
      const kind = kindOf(value);
      plans[kind] ??= planFor(KINDS[kind]!);
      const { steps, matches } = plans[kind];
      walk.matches += matches;
      for (let i = 0; i < steps.length; i++) steps[i]!(value, walk, old);
    }
    if (walk.errors.length > from && old !== undefined && unchanged(node, value, old)) walk.errors.length = from;
  };
}

/** The checks of one kind between junctors and enum, and how many checks that counts for. */
function keywords(node: Structural, kind: Kind, type: string, format: string): { checks: (Check | undefined)[]; counted: number } {
  switch (kind) {
    case 'string': {
      const textFormat = stringFormat(format) === undefined ? undefined : formatCheck(format);
      return { checks: [stringKeywords(node.raw), textFormat], counted: textFormat === undefined ? 1 : 2 };
    }
    case 'integer':
    case 'number':
      return { checks: [numberKeywords(node.raw, type, isKnownFormat(type, format) ? format : '')], counted: 2 };
    case 'array':
      return { checks: [listKeywords(node)], counted: 2 };
    case 'object':
      return { checks: [], counted: 1 };
    case 'boolean':
      return { checks: [], counted: 0 };
  }
}

/**
 * The complaint about a kind of value, undefined where it is welcome. A format makes strings and lists welcome anywhere but at numbers,
 * and stands for the type in the complaint about others, as in Kubernetes (B6.5).
 */
function typeCheck(types: readonly string[], format: string, kind: Kind): Check | undefined {
  if (types.length === 0 && format === '') return undefined;
  if (types.includes(kind) || (kind === 'integer' && types.includes('number'))) return undefined;
  const textual = kind === 'string' || kind === 'array';
  const numeric = types.includes('number') || types.includes('integer');
  if (format !== '' && textual && !numeric) return undefined;
  const found = GO_FORMAT[kind] ?? '';
  if (format !== '' && !textual && found !== format) return (_value, walk) => mistyped(walk, format, found);
  return (_value, walk) => mistyped(walk, types.join(','), kind);
}

function mistyped(walk: Walk, expected: string, found: string): void {
  report(walk, 'TypeInvalid', found, `must be of type ${expected}: "${found}"`);
}

/** Only the first failing keyword is told (B6.3). Lengths are in code points. */
function stringKeywords(raw: JsonObject): Check | undefined {
  const max = raw.maxLength;
  const min = raw.minLength;
  const pattern = typeof raw.pattern === 'string' && raw.pattern !== '' ? raw.pattern : undefined;
  if (max == null && min == null && pattern === undefined) return undefined;
  return (value, walk) => {
    const text = value as string;
    if (max != null && exceeds(text, Number(max))) walk.errors.push(tooLong(fieldAt(walk, pathOf(walk)), Number(max)));
    else if (min != null && !exceeds(text, Number(min) - 1)) report(walk, 'Invalid', text, `should be at least ${min} chars long`);
    else if (pattern !== undefined) checkPattern(text, pattern, walk);
  };
}

/** Whether a text has more than `max` code points, counting only where the length in UTF-16 leaves a doubt. */
function exceeds(text: string, max: number): boolean {
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  let count = 0;
  for (const _ of text) count++;
  return count > max;
}

function checkPattern(text: string, source: string, walk: Walk): void {
  const pattern = compilePattern(source);
  if (pattern.problem !== undefined) report(walk, 'Invalid', text, `should match '${source}, but pattern is invalid: ${pattern.problem}'`);
  else if (!pattern.test(text)) report(walk, 'Invalid', text, `should match '${source}'`);
}

function formatCheck(format: string): Check | undefined {
  const hasFormat = stringFormat(format);
  if (hasFormat === undefined) return undefined;
  return (value, walk) => {
    if (!hasFormat(value as string)) report(walk, 'TypeInvalid', value, `must be of type ${format}: ${goQuote(value as string)}`);
  };
}

/** A null is never one of the values, even where it is listed *(quirk)*. */
function enumCheck(raw: JsonObject): Check | undefined {
  const values = raw.enum;
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const simple = new Set<JsonValue>(values.filter((value) => typeof value !== 'object'));
  const compound = values.filter((value) => typeof value === 'object' && value !== null);
  const printed = values.map((value) => (typeof value === 'string' ? value : printJson(value)));
  return (value, walk) => {
    if (simple.has(value)) return;
    if (typeof value === 'number' && simple.has(isInteger(value) ? letter(value) : Math.trunc(value))) return;
    if (typeof value === 'object' && compound.some((allowed) => equal(allowed, value))) return;
    walk.errors.push(notSupported(fieldAt(walk, pathOf(walk)), sortedMembers(value), printed));
  };
}

/** Go converts an integer to a string by its code point, and a float to an integer by dropping its fraction *(quirk)*. */
const letter = (code: number): string => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');

const printJson = (value: JsonValue): string =>
  JSON.stringify(sortedMembers(value), (_key, member) => (typeof member === 'bigint' ? Number(member) : member));

/** Items first, then their number (B6.3). */
function listKeywords(node: Structural): Check {
  const { raw } = node;
  const items = isObject(raw.items) ? raw.items : undefined;
  const min = raw.minItems;
  const max = raw.maxItems;
  let item: Check | undefined;
  return (value, walk, old) => {
    const list = value as JsonValue[];
    if (items !== undefined) {
      item ??= checkOf(items);
      const find = old === undefined ? undefined : oldItems(node, old);
      for (let i = 0; i < list.length; i++) {
        walk.path.push(i);
        item(list[i]!, walk, find?.(list[i]!));
        walk.path.pop();
      }
    }
    if (min != null && list.length < Number(min)) report(walk, 'Invalid', list.length, `should have at least ${min} items`);
    if (max != null && list.length > Number(max)) walk.errors.push(tooMany(fieldAt(walk, pathOf(walk)), list.length, Number(max)));
    if (raw.uniqueItems === true && hasRepetition(list)) report(walk, 'Invalid', '', "shouldn't contain duplicates");
  };
}

function hasRepetition(list: readonly JsonValue[]): boolean {
  const texts = new Set(list.map((value) => printJson(value)));
  return texts.size < list.length;
}

/** Which members' errors stand where, so that they can be told by name. */
interface Mark {
  name: string;
  from: number;
  to: number;
}

function objectKeywords(node: Structural): Check | undefined {
  const { raw } = node;
  const min = raw.minProperties;
  const max = raw.maxProperties;
  const needed = Array.isArray(raw.required) ? raw.required.filter((name) => typeof name === 'string') : [];
  const properties = isObject(raw.properties) ? raw.properties : undefined;
  const additional = raw.additionalProperties;
  const closed = additional === false;
  const members = new Map<string, Check>();
  /** The check of a declared member, made when one of that name is first seen; names of undeclared ones are not kept. */
  const memberCheck = (name: string): Check | undefined => {
    const known = members.get(name);
    if (known !== undefined || properties === undefined || !Object.hasOwn(properties, name)) return known;
    const property = properties[name];
    if (!isObject(property)) return undefined;
    const check = checkOf(property);
    members.set(name, check);
    return check;
  };
  let values: Check | undefined;

  if (min == null && max == null && needed.length === 0 && properties === undefined && !closed && !isObject(additional)) return undefined;
  return (value, walk, old) => {
    const object = value as JsonObject;
    if (min != null || max != null) checkSize(object, min, max, walk);
    let marks: Mark[] | undefined;
    for (const name in object) {
      const from = walk.errors.length;
      const property = memberCheck(name);
      if (property !== undefined) {
        walk.path.push(name);
        property(object[name]!, walk, old === undefined ? UNCORRELATED : oldMember(old, name));
        walk.path.pop();
      } else if (isObject(additional)) {
        values ??= checkOf(additional);
        walk.path.push(walk.path.length === 0 ? `.${name}` : name);
        values(object[name]!, walk, old === undefined ? UNCORRELATED : oldMember(old, name));
        walk.path.pop();
      } else if (closed) forbidMember(walk, name);
      if (walk.errors.length === from) continue;
      marks ??= [];
      marks.push({ name, from, to: walk.errors.length });
    }
    if (marks !== undefined && marks.length > 1) sortByName(walk.errors, marks);
    for (const name of needed) {
      if (!Object.hasOwn(object, name)) walk.errors.push(required(fieldAt(walk, `${pathOf(walk)}.${name}`)));
    }
  };
}

function checkSize(object: JsonObject, min: JsonValue | undefined, max: JsonValue | undefined, walk: Walk): void {
  const count = Object.keys(object).length;
  if (min != null && count < Number(min)) report(walk, 'Invalid', count, `should have at least ${min} properties`);
  if (max != null && count > Number(max)) walk.errors.push(tooMany(fieldAt(walk, pathOf(walk)), count, Number(max)));
}

function forbidMember(walk: Walk, name: string): void {
  const path = pathOf(walk);
  const body = `Invalid value: ${JSON.stringify(name)}: ${path}.${name} in body is a forbidden property`;
  walk.errors.push({ type: 'Invalid', field: fieldAt(walk, path), body });
}

function sortByName(errors: FieldError[], marks: readonly Mark[]): void {
  const start = marks[0]!.from;
  const sorted = [...marks].sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((mark) => errors.slice(mark.from, mark.to));
  errors.length = start;
  for (const error of sorted) errors.push(error);
}
