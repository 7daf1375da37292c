/** Label selectors (rest.md §6.4) and field selectors (§6.5): parse, match, print. Errors are 400 with the parser's text. */
import { aggregate, child, type FieldError, forbiddenField, index, invalidValue, required } from './field-errors.js';
import { isObject, type JsonObject } from './json-value.js';
import { labelValue, qualifiedName } from './names.js';
import { validateLabels } from './object-meta.js';
import { badRequest } from './status.js';

export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** In sorted order. */
  readonly values: ReadonlySet<string>;
}

/** All of them must hold; the empty list selects everything. Sorted by key. */
export type LabelSelector = readonly Requirement[];

type Labels = Readonly<Record<string, string>>;

/** R6.41. `labels` may be absent: an object without labels. */
export function matchesLabels(selector: LabelSelector, labels: Labels | null | undefined): boolean {
  for (const requirement of selector) {
    const value = labels && Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    if (!holds(requirement, value)) return false;
  }
  return true;
}

function holds({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.has(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.has(value);
    default: {
      const left = value === undefined ? undefined : int64(value);
      if (left === undefined) return false;
      const [right] = values;
      return operator === '>' ? left > BigInt(right!) : left < BigInt(right!);
    }
  }
}

function int64(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** R6.43 */
export function printLabelSelector(selector: LabelSelector): string {
  return selector.map(printRequirement).join(',');
}

function printRequirement({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key;
  if (operator === '!') return `!${key}`;
  const text = [...values].join(',');
  return operator === 'in' || operator === 'notin' ? `${key} ${operator} (${text})` : `${key}${operator}${text}`;
}

type TokenKind = 'identifier' | 'end' | '(' | ')' | ',' | Exclude<Operator, 'exists'>;
interface Token {
  kind: TokenKind;
  text: string;
}

/** R6.40: maximal runs of other characters are identifiers; `in` and `notin` are so too, unless an operator is wanted. */
function tokensOf(selector: string): Token[] {
  const tokens: Token[] = [];
  for (const [text] of selector.matchAll(/==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+/g))
    tokens.push({ kind: /^([=!(),<>]|==|!=)$/.test(text) ? (text as TokenKind) : 'identifier', text });
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

/** R6.40, R6.42: text → selector. Throws 400. */
export function parseLabelSelector(text: string): LabelSelector {
  if (text === '') return [];
  const tokens = tokensOf(text);
  const requirements: Requirement[] = [];
  let at = 0;
  const next = (): Token => tokens[Math.min(at++, tokens.length - 1)]!;
  const peek = (): Token => tokens[Math.min(at, tokens.length - 1)]!;

  for (;;) {
    const start = peek();
    if (start.kind === 'end') break;
    if (start.kind !== 'identifier' && start.kind !== '!')
      throw badRequest(`found '${start.text}', expected: !, identifier, or 'end of string'`);
    requirements.push(parseRequirement(next, peek));
    const after = next();
    if (after.kind === 'end') break;
    if (after.kind !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`);
    const following = peek();
    if (following.kind !== 'identifier' && following.kind !== '!')
      throw badRequest(`found '${following.text}', expected: identifier after ','`);
  }
  return byKey(requirements);
}

const byKey = (requirements: Requirement[]): Requirement[] => requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

const unparsable = (why: string): Error => badRequest(`unable to parse requirement: ${why}`);

function parseRequirement(next: () => Token, peek: () => Token): Requirement {
  let token = next();
  const absent = token.kind === '!';
  if (absent) token = next();
  if (token.kind !== 'identifier') throw unparsable(`found '${token.text}', expected: identifier`);
  const key = token.text;
  const wrong = qualifiedName(key);
  if (wrong.length > 0) throw unparsable(aggregate([invalidValue('<nil>', key, wrong.join('; '))]));
  if (absent) return { key, operator: '!', values: new Set() };
  if (peek().kind === 'end' || peek().kind === ',') return { key, operator: 'exists', values: new Set() };

  const { text } = next();
  if (!['in', 'notin', '=', '==', '!=', '>', '<'].includes(text))
    throw unparsable(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  const operator = text as Operator;
  const values = operator === 'in' || operator === 'notin' ? parseSet(next, peek) : parseExactValue(next, peek);
  const { requirement, errors } = newRequirement(key, operator, [...values]);
  if (errors.length > 0) throw unparsable(aggregate(errors));
  return requirement;
}

function parseExactValue(next: () => Token, peek: () => Token): Set<string> {
  if (peek().kind === 'end' || peek().kind === ',') return new Set(['']);
  const token = next();
  if (token.kind !== 'identifier') throw unparsable(`found '${token.text}', expected: identifier`);
  return new Set([token.text]);
}

/** R6.41: `in ()`, `in (,a)`, `in (a,)` and `in (a,,b)` contain the empty value. */
function parseSet(next: () => Token, peek: () => Token): Set<string> {
  const open = next();
  if (open.kind !== '(') throw unparsable(`found '${open.text}' expected: '('`);
  const first = peek();
  if (first.kind === ')') {
    next();
    return new Set(['']);
  }
  if (first.kind !== 'identifier' && first.kind !== ',') throw unparsable(`found '${first.text}', expected: ',', ')' or identifier`);
  const values = new Set<string>();
  for (;;) {
    const token = next();
    if (token.kind === 'identifier') {
      values.add(token.text);
      const after = peek();
      if (after.kind === ')') break;
      if (after.kind !== ',') throw unparsable(`found '${after.text}', expected: ',' or ')'`);
    } else if (token.kind === ',') {
      if (values.size === 0) values.add('');
      if (peek().kind === ')') {
        values.add('');
        break;
      }
      if (peek().kind === ',') {
        next();
        values.add('');
      }
    } else throw unparsable(`found '${token.text}', expected: ',', or identifier`);
  }
  next();
  return values;
}

/** Errors have paths relative to the requirement (`key`, `values[0]`, R6.42). */
function newRequirement(key: string, operator: Operator, unsorted: readonly string[]): { requirement: Requirement; errors: FieldError[] } {
  const values = [...unsorted].sort();
  const errors: FieldError[] = [];
  const wrong = qualifiedName(key);
  if (wrong.length > 0) errors.push(invalidValue('key', key, wrong.join('; ')));
  if ((operator === 'in' || operator === 'notin') && values.length === 0)
    errors.push(invalidValue('values', values, "for 'in', 'notin' operators, values set can't be empty"));
  if ((operator === 'exists' || operator === '!') && values.length > 0)
    errors.push(invalidValue('values', values, 'values set must be empty for exists and does not exist'));
  if ((operator === '>' || operator === '<') && int64(values[0]!) === undefined)
    errors.push(invalidValue('values[0]', values[0], "for 'Gt', 'Lt' operators, the value must be an integer"));
  values.forEach((value, i) => {
    const messages = labelValue(value);
    if (messages.length > 0) errors.push(invalidValue(index(index('values', i), key), value, messages.join('; ')));
  });
  return { requirement: { key, operator, values: new Set(values) }, errors };
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/**
 * A `LabelSelector` object (`matchLabels`, `matchExpressions`) as requirements; `undefined` stands for the selector that
 * matches nothing, which is what an absent object means. Throws 400 with the first requirement's errors.
 */
export function labelSelectorOf(selector: JsonObject | null | undefined): LabelSelector | undefined {
  if (!selector) return undefined;
  const requirements: Requirement[] = [];
  const add = (key: string, operator: Operator, values: readonly string[]): void => {
    const { requirement, errors } = newRequirement(key, operator, values);
    if (errors.length > 0) throw badRequest(aggregate(errors));
    requirements.push(requirement);
  };
  const { matchLabels, matchExpressions } = selector;
  if (isObject(matchLabels)) for (const key of Object.keys(matchLabels).sort()) add(key, '=', [String(matchLabels[key])]);
  for (const expression of Array.isArray(matchExpressions) ? matchExpressions.filter(isObject) : []) {
    const operator = OPERATORS[String(expression['operator'] ?? '')];
    if (operator === undefined) throw badRequest(`"${expression['operator'] ?? ''}" is not a valid label selector operator`);
    add(String(expression['key'] ?? ''), operator, strings(expression['values']));
  }
  return byKey(requirements);
}

/** A `LabelSelector` object as a cell of a table: its text, `<none>` when it has none, `<error>` when it is invalid. */
export function formatLabelSelector(selector: JsonObject | null | undefined): string {
  try {
    return printLabelSelector(labelSelectorOf(selector) ?? []) || '<none>';
  } catch {
    return '<error>';
  }
}

/** The errors of a `LabelSelector` object in a field, at its path; an absent one has none. */
export function validateLabelSelector(selector: JsonObject | null | undefined, path: string): FieldError[] {
  if (!selector) return [];
  const { matchLabels, matchExpressions } = selector;
  const errors = validateLabels(isObject(matchLabels) ? (matchLabels as Record<string, string>) : null, child(path, 'matchLabels'));
  (Array.isArray(matchExpressions) ? matchExpressions : []).forEach((expression, i) => {
    if (!isObject(expression)) return;
    const at = index(child(path, 'matchExpressions'), i);
    const values = strings(expression['values']);
    const operator = OPERATORS[String(expression['operator'] ?? '')];
    if (operator === undefined)
      errors.push(invalidValue(child(at, 'operator'), expression['operator'] ?? '', 'not a valid selector operator'));
    else if ((operator === 'in' || operator === 'notin') && values.length === 0)
      errors.push(required(child(at, 'values'), "must be specified when `operator` is 'In' or 'NotIn'"));
    else if ((operator === 'exists' || operator === '!') && values.length > 0)
      errors.push(forbiddenField(child(at, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    const key = String(expression['key'] ?? '');
    for (const message of qualifiedName(key)) errors.push(invalidValue(child(at, 'key'), key, message));
    values.forEach((value, j) => {
      for (const message of labelValue(value)) errors.push(invalidValue(index(child(at, 'values'), j), value, message));
    });
  });
  return errors;
}

export interface FieldRequirement {
  readonly field: string;
  /** True for `!=`. */
  readonly not: boolean;
  readonly value: string;
}

/** All of them must hold; the empty list selects everything. */
export type FieldSelector = readonly FieldRequirement[];

/** R6.50: a field that is not there reads as ''. */
export function matchesFields(selector: FieldSelector, fields: Labels): boolean {
  for (const { field, not, value } of selector) if (((Object.hasOwn(fields, field) ? fields[field] : '') === value) === not) return false;
  return true;
}

/** R6.50: text → selector; a term without field and value asks nothing. Throws 400. Which fields a kind knows is for `unsupportedField`. */
export function parseFieldSelector(text: string): FieldSelector {
  return splitTerms(text)
    .sort()
    .filter((term) => term !== '')
    .map((term) => {
      const operator = /!=|==|=/.exec(term);
      if (!operator) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const value = unescapeValue(term.slice(operator.index + operator[0].length));
      return { field: term.slice(0, operator.index), not: operator[0] === '!=', value };
    })
    .filter(({ field, value }) => field !== '' || value !== '');
}

/** At commas that no backslash stands before. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function unescapeValue(text: string): string {
  let value = '';
  let escaped = false;
  for (const c of text) {
    if (escaped && !'\\,='.includes(c)) throw badRequest(`invalid field selector: invalid escape sequence: \\${c}`);
    if (!escaped && (c === ',' || c === '=')) throw badRequest(`invalid field selector: unescaped character in value: ${c.charCodeAt(0)}`);
    escaped = !escaped && c === '\\';
    if (!escaped) value += c;
  }
  if (escaped) throw badRequest('invalid field selector: invalid escape sequence: \\');
  return value;
}

/** What to say to a field that the kind cannot select (R6.51); `own` when the kind has its own list of fields. */
export function unsupportedField(gvk: { group: string; version: string; kind: string }, field: string, own: boolean): Error {
  const { group, version, kind } = gvk;
  if (group === 'batch' && kind === 'Job') return badRequest(`field label "${field}" not supported for Job`);
  if (group === 'resource.k8s.io' && kind === 'ResourceSlice')
    return badRequest(`field label not supported for ${group}/${version}, Kind=${kind}: ${field}`);
  if (own) return badRequest(`field label not supported: ${field}`);
  return badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}
