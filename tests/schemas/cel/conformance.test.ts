import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import { tests as parsing } from '@bufbuild/cel-spec/testdata/parsing.js';
import t from 'tap';
import { environment } from '../../../schemas/cel/environment.js';
import { type Issue, renderIssues } from '../../../schemas/cel/issues.js';
import { parse } from '../../../schemas/cel/parser.js';
import { timestamp } from '../../../schemas/cel/times.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  param,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from '../../../schemas/cel/types.js';
import { ArrayList, CelError, EntryMap, equals, Timestamp, TypeValue, typeName, Uint, type Value } from '../../../schemas/cel/values.js';
import { isObject, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { DIVERGENCES } from './conformance-divergences.js';

/** The published conformance cases of CEL, without those that need protobuf messages, enums or libraries Kubernetes has not. */
const OTHER_LIBRARIES = new Set(['bindings_ext', 'block_ext', 'encoders_ext', 'math_ext']);
const MESSAGES = new Set(['enums', 'proto2', 'proto2_ext', 'proto3', 'wrappers']);
const NEEDS_MESSAGES =
  /TestAllTypes|NullValue|NestedEnum|GlobalEnum|objectValue|enumValue|google\.protobuf\.(?!Timestamp'|Duration'|Timestamp$|Duration$)|messageType|proto[23]\./;

interface Case {
  name: string;
  original: JsonObject;
}
interface Suite {
  name: string;
  suites?: Suite[];
  tests?: { original: JsonObject }[];
}

/** Kubernetes checks every expression, and its functions are fixed. */
function unsuitable({ original }: Case): boolean {
  const declares = ((original['typeEnv'] ?? []) as JsonObject[]).some((declaration) => 'function' in declaration);
  return declares || original['disableCheck'] === true || NEEDS_MESSAGES.test(JSON.stringify(original));
}

function casesOf(suite: Suite, path: string): Case[] {
  const own = (suite.tests ?? []).map(({ original }) => ({ name: `${path}/${String(original['name'] ?? original['expr'])}`, original }));
  return [...own, ...(suite.suites ?? []).flatMap((inner) => casesOf(inner, `${path}/${inner.name}`))];
}

function toValue(json: JsonValue | undefined): Value {
  if (!isObject(json)) return new CelError('no value');
  const [kind, value] = Object.entries(json)[0] as [string, JsonValue];
  switch (kind) {
    case 'int64Value':
      return BigInt(value as string);
    case 'uint64Value':
      return new Uint(BigInt(value as string));
    case 'doubleValue':
      return Number(value);
    case 'bytesValue':
      return new Uint8Array(Buffer.from(value as string, 'base64'));
    case 'nullValue':
      return null;
    case 'typeValue':
      return new TypeValue(value as string);
    case 'listValue':
      return new ArrayList((((value as JsonObject)['values'] ?? []) as JsonValue[]).map(toValue));
    case 'mapValue': {
      const map = new EntryMap();
      for (const entry of ((value as JsonObject)['entries'] ?? []) as JsonObject[])
        map.insert(toValue(entry['key']), toValue(entry['value']));
      return map;
    }
    default:
      return value as Value;
  }
}

const PRIMITIVES: Record<string, CelType> = { BOOL, BYTES, DOUBLE, INT64: INT, STRING, UINT64: UINT };
function toType(json: JsonValue | undefined): CelType {
  if (!isObject(json)) return DYN;
  const [kind, value] = Object.entries(json)[0] as [string, JsonValue];
  const inner = value as JsonObject;
  switch (kind) {
    case 'primitive':
      return PRIMITIVES[value as string]!;
    case 'wellKnown':
      return value === 'TIMESTAMP' ? TIMESTAMP : value === 'DURATION' ? DURATION : DYN;
    case 'null':
      return NULL;
    case 'listType':
      return listOf(toType(inner['elemType']));
    case 'mapType':
      return mapOf(toType(inner['keyType']), toType(inner['valueType']));
    case 'typeParam':
      return param(value as string);
    case 'type':
      return typeOf(Object.keys(inner).length === 0 ? undefined : toType(inner));
    case 'abstractType':
      return optionalOf(toType((inner['parameterTypes'] as JsonValue[])[0]));
    default:
      return DYN;
  }
}

/** Runs one case; undefined if it passes, else what went wrong. */
function run(test: JsonObject): string | undefined {
  const variables: Record<string, CelType> = {};
  for (const declaration of (test['typeEnv'] ?? []) as JsonObject[])
    if (isObject(declaration['ident'])) variables[declaration['name'] as string] = toType(declaration['ident']['type']);
  const env = environment({ variables, homogeneous: false, container: String(test['container'] ?? '') });
  const compiled = env.compile(test['expr'] as string);
  if (!compiled.program) return test['evalError'] ? undefined : compiled.issues;
  if (isObject(test['typedResult'])) {
    const expected = formatType(toType(test['typedResult']['deducedType']));
    const actual = formatType(compiled.program.resultType);
    if (expected !== actual) return `type ${actual}, not ${expected}`;
    if (test['typedResult']['result'] === undefined) return undefined;
  }
  const bindings: Record<string, Value> = {};
  for (const [name, binding] of Object.entries((test['bindings'] ?? {}) as JsonObject))
    bindings[name] = toValue((binding as JsonObject)['value']);
  const { value } = compiled.program.evaluate(bindings);
  if (test['evalError']) return value instanceof CelError ? undefined : `no error but ${String(value)}`;
  if (value instanceof CelError) return value.message;
  const typed = isObject(test['typedResult']) ? test['typedResult']['result'] : undefined;
  const expected = toValue(test['value'] ?? typed ?? { boolValue: true });
  if (typeof value === 'number' && Object.is(value, expected)) return undefined;
  if (typeName(value) === typeName(expected) && equals(value, expected) === true) return undefined;
  return `${show(value)}, not ${show(expected)}`;
}

const show = (value: Value): string =>
  value instanceof Timestamp ? String(timestamp(value.nanos)) : `${typeName(value)} ${String(value)}`;

t.test('the conformance cases of CEL pass', async (t) => {
  let passedAll = 0;
  let totalAll = 0;
  for (const suite of (tests as Suite).suites ?? []) {
    if (OTHER_LIBRARIES.has(suite.name) || MESSAGES.has(suite.name)) continue;
    const cases = casesOf(suite, suite.name).filter((test) => !unsuitable(test));
    let passed = 0;
    for (const { name, original } of cases) {
      const problem = run(original);
      if (problem === undefined) passed++;
      if (problem !== undefined && !Object.hasOwn(DIVERGENCES, name)) t.fail(`${name}: ${String(original['expr'])}: ${problem}`);
      if (problem === undefined && Object.hasOwn(DIVERGENCES, name)) t.fail(`${name} is listed as a divergence but passes`);
    }
    if (cases.length > 0) t.comment(`${suite.name}: ${passed}/${cases.length}`);
    passedAll += passed;
    totalAll += cases.length;
  }
  t.comment(`all: ${passedAll}/${totalAll}`);
  t.ok(passedAll / totalAll >= 0.98, 'at least 98 % pass');
});

/** Errors that only the options of those tests bring about: smaller limits, optional syntax switched off. */
const OTHER_OPTIONS = /max recursion depth|limit exceeded: (32|4)\b|unsupported syntax '(\.|\[)?\?'/;

t.test("syntax errors are cel-go's, text and place", async (t) => {
  let compared = 0;
  const visit = (suite: Suite): void => {
    for (const { original, error } of (suite.tests ?? []) as { original: JsonObject; error?: string }[]) {
      // Errors of type checking name the input; those of parsing do not.
      const expected = error?.startsWith('ERROR: <input>') ? '' : (error ?? '').replaceAll('ERROR: :', 'ERROR: <input>:').trim();
      if (OTHER_OPTIONS.test(error ?? '')) continue;
      const source = original['expr'] as string;
      const issues: Issue[] = [];
      parse(source, issues);
      const actual = issues.length === 0 ? '' : renderIssues(source, issues).trim();
      compared++;
      if (actual !== expected) t.equal(actual, expected, source);
    }
    for (const inner of suite.suites ?? []) visit(inner);
  };
  visit(parsing as Suite);
  t.ok(compared > 150, `${compared} sources compared`);
});
