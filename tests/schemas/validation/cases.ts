/** Runs tables of cases: one line a case, `path: body` for every expected finding. */
import t from 'tap';
import type { FieldError } from '../../../schemas/field-errors.js';
import { clone, type JsonObject } from '../../../schemas/json-value.js';
import { type KindRules, rulesOf, type SubresourceRules } from '../../../schemas/validation/index.js';

export const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
export const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
export const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Group and kind: `''`/`Pod`. */
export type Kind = readonly [group: string, kind: string];
/** Title, object, findings. */
export type CreateCase = readonly [title: string, object: JsonObject, findings: readonly string[]];
/** Title, object, old object, findings. */
export type UpdateCase = readonly [title: string, object: JsonObject, old: JsonObject, findings: readonly string[]];

export function rules([group, kind]: Kind): KindRules {
  const found = rulesOf(group, kind);
  if (!found) throw new Error(`no rules of ${group}/${kind}`);
  return found;
}

export const texts = (errors: readonly FieldError[] | undefined): string[] => (errors ?? []).map((e) => `${e.field}: ${e.body}`);

/** The object as a create finds it: named, defaulted and prepared, in the namespace `default` and, where it is a pod, with an account. */
function made(kind: Kind, body: JsonObject): JsonObject {
  const { default: setDefaults, prepareForCreate } = rules(kind);
  const object = clone(body);
  object['metadata'] = { name: 'a', namespace: 'default', ...(object['metadata'] as JsonObject | undefined) };
  setDefaults?.(object);
  if (kind[1] === 'Pod') (object['spec'] as JsonObject)['serviceAccountName'] ??= 'default';
  prepareForCreate?.(object);
  return object;
}

/** Validates the object as a create. */
export function testCreate(kind: Kind, cases: readonly CreateCase[]): void {
  const { validate } = rules(kind);
  for (const [title, body, findings] of cases) {
    const object = made(kind, body);
    t.strictSame(texts(validate?.(object)), findings, `${kind[1]}: ${title}`);
  }
}

/** The rules of a write: of the object itself, its status or another subresource. */
export function rulesToWrite(of: KindRules, subresource = ''): SubresourceRules {
  if (subresource === '') return of;
  if (subresource !== 'status') return of.subresources![subresource]!;
  return { ...of.subresources?.['status'], prepareForUpdate: of.prepareForStatusUpdate, validateUpdate: of.validateStatusUpdate };
}

/** Defaults both, prepares the new one and validates it as an update; `subresource` picks another way to write. */
export function testUpdate(kind: Kind, cases: readonly UpdateCase[], subresource = ''): void {
  const of = rules(kind);
  for (const [title, body, stored, findings] of cases) {
    const object = clone(body);
    const old = clone(stored);
    of.default?.(object);
    of.default?.(old);
    const way = rulesToWrite(of, subresource);
    way.prepareForUpdate?.(object, old);
    t.strictSame(texts(way.validateUpdate?.(object, old)), findings, `${kind[1]}${subresource && `/${subresource}`}: ${title}`);
  }
}

/** Defaulting gives the object expected, and doing it again changes nothing. */
export function testDefaults(kind: Kind, cases: readonly (readonly [title: string, object: JsonObject, defaulted: JsonObject])[]): void {
  const { default: setDefaults } = rules(kind);
  for (const [title, body, expected] of cases) {
    const object = clone(body);
    setDefaults!(object);
    t.strictSame(object, expected, `${kind[1]}: ${title}`);
    setDefaults!(object);
    t.strictSame(object, expected, `${kind[1]}: ${title}, twice`);
  }
}

export function testWarnings(
  kind: Kind,
  cases: readonly (readonly [title: string, object: JsonObject, warnings: readonly string[]])[],
): void {
  const { deprecations, warnings } = rules(kind);
  for (const [title, body, expected] of cases) {
    const early = deprecations?.(clone(body)) ?? [];
    t.strictSame([...new Set([...early, ...warnings!(made(kind, body))])], expected, `${kind[1]}: ${title}`);
  }
}
