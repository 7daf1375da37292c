/** JSON Patch (RFC 6902) with the semantics that clients of Kubernetes rely on (R5.10–R5.13). */
import { clone, equal, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { badRequest, invalidRequest, tooLarge } from '../status.js';
import { encodeJson, inDocumentOrder } from '../wire/json.js';
import { decodeDocument, type FieldValidation, jsonKind, type Patch, printResult, sortWalked, undecodable } from './patch.js';

const NO_OBJECT =
  'json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
const OPERATIONS_MAX = 10000;
const COPIED_BYTES_MAX = 3 * 1024 * 1024;

interface Operation {
  op: JsonValue | undefined;
  path: JsonValue | undefined;
  from: JsonValue | undefined;
  value: JsonValue;
  /** False when `value` has a number written otherwise than the server writes it: `2.0` is not `2` (R5.11). */
  canonical: boolean;
}

/** R5.10. Throws 400 for a document that is no list of operations, 413 for too many. */
export function decodeJsonPatch(bytes: Uint8Array | string, validation: FieldValidation): Patch {
  const strict = validation !== 'Ignore';
  const { value, duplicates, literals } = decodeDocument(bytes, strict ? 'error decoding patch: ' : '');
  const wrong = typeError(value, strict);
  if (wrong !== undefined) throw badRequest(strict ? `error decoding patch: ${wrong}` : wrong);
  const operations = (value ?? []) as (JsonObject | null)[];
  if (operations.length > OPERATIONS_MAX)
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${operations.length}`);
  const odd = new Set([...(literals?.keys() ?? [])].map((path) => path.slice(0, path.indexOf(']') + 1)));
  const parsed = operations.map((operation, i) => ({
    op: operation?.['op'],
    path: operation?.['path'],
    from: operation?.['from'],
    value: operation?.['value'] ?? null,
    canonical: !odd.has(`[${i}]`),
  }));
  const problems = strict ? inDocumentOrder(bytes, duplicates, unknownMembers(operations)).map((problem) => `json patch ${problem}`) : [];
  return { problems, apply: (document) => applyOperations(document, parsed) };
}

const MEMBERS: readonly string[] = ['op', 'path', 'from', 'value'];

const unknownMembers = (operations: readonly (JsonObject | null)[]): string[] =>
  operations.flatMap((operation, i) =>
    Object.keys(operation ?? {})
      .filter((key) => !MEMBERS.includes(key))
      .map((key) => `unknown field "[${i}].${key}"`),
  );

/** The first thing that Go's decoder would stumble over; it reads into other types when it does not validate. */
function typeError(value: JsonValue, strict: boolean): string | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value))
    return `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${strict ? '[]handlers.jsonPatchOp' : 'jsonpatch.Patch'}`;
  for (const operation of value) {
    if (operation === null) continue;
    if (!isObject(operation))
      return `json: cannot unmarshal ${jsonKind(operation)} into Go value of type ${strict ? 'handlers.jsonPatchOp' : 'jsonpatch.Operation'}`;
    if (!strict) continue;
    for (const key of Object.keys(operation))
      if (key !== 'value' && MEMBERS.includes(key) && typeof operation[key] !== 'string' && operation[key] !== null)
        return `json: cannot unmarshal ${jsonKind(operation[key]!)} into Go struct field jsonPatchOp.${key} of type string`;
  }
  return undefined;
}

/** R5.11; any failure is R5.12. */
function applyOperations(document: JsonObject, operations: readonly Operation[]): { result: JsonObject; print(): string } {
  let root: JsonObject | JsonValue[] = clone(document);
  const walked = new Set<JsonValue>([root]);
  let copiedBytes = 0;

  /** The container that the last segment of a pointer addresses, and that segment. Text before the first `/` does not count. */
  const locate = (pointer: JsonValue | undefined): [container: JsonObject | JsonValue[], key: string] => {
    if (typeof pointer !== 'string' || !pointer.includes('/')) throw invalidRequest();
    const segments = pointer.split('/').slice(1).map(unescapeSegment);
    const last = segments.pop()!;
    let container: JsonValue = root;
    for (const segment of segments) {
      container = memberOf(container, segment) ?? null;
      if (typeof container !== 'object' || container === null) throw invalidRequest();
      walked.add(container);
    }
    return [container, last];
  };

  for (const { op, path, from, value, canonical } of operations) {
    switch (op) {
      case 'add':
        add(...locate(path), clone(value));
        break;
      case 'remove':
        remove(...locate(path));
        break;
      case 'replace': {
        if (path === '') {
          if (typeof value !== 'object' || value === null) throw invalidRequest();
          root = clone(value);
          walked.add(root);
          break;
        }
        const [container, key] = locate(path);
        if (Array.isArray(container)) container[itemIndex(container, key)] = clone(value);
        else container[key] = clone(value);
        break;
      }
      case 'move': {
        const moved = remove(...locate(from));
        add(...locate(path), moved);
        break;
      }
      case 'copy': {
        const copied = clone(memberOf(...locate(from)) ?? null);
        if (copied !== null) copiedBytes += Buffer.byteLength(encodeJson(copied));
        if (copiedBytes > COPIED_BYTES_MAX) throw invalidRequest();
        add(...locate(path), copied);
        break;
      }
      case 'test':
        if (!equal(path === '' ? root : (memberOf(...locate(path)) ?? null), value) || !canonical) throw testFailure();
        break;
      default:
        throw invalidRequest();
    }
  }
  if (Array.isArray(root)) throw undecodable(encodeJson(root), `couldn't get version/kind; ${NO_OBJECT}`);
  const isMetadataWalked = walked.has(root['metadata'] ?? null);
  const result = sortWalked(root, walked);
  return { result, print: () => printResult(result, isMetadataWalked) };
}

const failedTests = new WeakSet<Error>();

function testFailure(): Error {
  const error = invalidRequest();
  failedTests.add(error);
  return error;
}

/** Whether what `apply` threw says that a `test` did not hold, and not that the patch does not fit. */
export const isTestFailure = (error: Error): boolean => failedTests.has(error);

const unescapeSegment = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

function memberOf(container: JsonObject | JsonValue[], key: string): JsonValue | undefined {
  if (Array.isArray(container)) return container[itemIndex(container, key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** `00` is 0, `-1` the last item; anything else that is no item of the list fails. */
function itemIndex(list: JsonValue[], key: string): number {
  const index = listIndex(key, list.length);
  if (index >= list.length) throw invalidRequest();
  return index;
}

function listIndex(key: string, length: number): number {
  if (!/^[+-]?\d{1,18}$/.test(key)) throw invalidRequest();
  const index = Number(key);
  if (index < -length) throw invalidRequest();
  return index < 0 ? index + length : index;
}

function add(container: JsonObject | JsonValue[], key: string, value: JsonValue): void {
  if (!Array.isArray(container)) {
    if (key !== '__proto__') container[key] = value;
    return;
  }
  // A negative index counts in the list as it will be.
  const index = key === '-' ? container.length : listIndex(key, container.length + 1);
  if (index > container.length) throw invalidRequest();
  container.splice(index, 0, value);
}

function remove(container: JsonObject | JsonValue[], key: string): JsonValue {
  if (Array.isArray(container)) return container.splice(itemIndex(container, key), 1)[0]!;
  if (!Object.hasOwn(container, key)) throw invalidRequest();
  const value = container[key]!;
  delete container[key];
  return value;
}
