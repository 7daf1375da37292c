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

/** R5.11; any failure is R5.12, and says more to `patchProblem`. */
function applyOperations(document: JsonObject, operations: readonly Operation[]): { result: JsonObject; print(): string } {
  let root: JsonObject | JsonValue[] = clone(document);
  const walked = new Set<JsonValue>([root]);
  let copiedBytes = 0;

  /** The container that the last segment of a pointer addresses, and that segment. Text before the first `/` does not count. */
  const locate = (pointer: string, missing: () => string): [container: JsonObject | JsonValue[], key: string] => {
    if (!pointer.includes('/')) throw failure(missing());
    const segments = pointer.split('/').slice(1).map(unescapeSegment);
    const last = segments.pop()!;
    let container: JsonValue = root;
    for (const segment of segments) {
      container = memberOf(container, segment, missing) ?? null;
      if (typeof container !== 'object' || container === null) throw failure(missing());
      walked.add(container);
    }
    return [container, last];
  };

  for (const { op, path, from, value, canonical } of operations) {
    switch (op) {
      case 'add': {
        const to = pointerIn(path, 'add operation failed to decode path: missing value');
        add(...locate(to, () => doesNotApply('add', 'doc is missing path: ', to, true)), clone(value), atPath('add', to));
        break;
      }
      case 'remove': {
        const gone = pointerIn(path, 'remove operation failed to decode path: missing value');
        remove(...locate(gone, () => doesNotApply('remove', 'doc is missing path: ', gone, true)), atPath('remove', gone));
        break;
      }
      case 'replace': {
        const to = pointerIn(path, `replace operation failed to decode path: ${NO_PATH}`);
        if (to === '') {
          if (typeof value !== 'object' || value === null) throw failure('replace operation value must be object or array: %!w(<nil>)');
          root = clone(value);
          walked.add(root);
          break;
        }
        const [container, key] = locate(to, () => doesNotApply('replace', 'doc is missing path: ', to));
        const missing = (): string => doesNotApply('replace', 'doc is missing key: ', to);
        if (Array.isArray(container)) container[itemIndex(container, key, missing)] = clone(value);
        else container[key] = clone(value);
        break;
      }
      case 'move': {
        const source = pointerIn(from, `move operation failed to decode from: ${NO_FROM}`);
        const [container, key] = locate(source, () => doesNotApply('move', 'doc is missing from path: ', source));
        const moved = remove(container, key, atPath('move', key));
        const to = pointerIn(path, `move operation failed to decode path: ${NO_PATH}`);
        add(...locate(to, () => doesNotApply('move', 'doc is missing destination path: ', to)), moved, atPath('move', to));
        break;
      }
      case 'copy': {
        const source = pointerIn(from, `copy operation failed to decode from: ${NO_FROM}`);
        const place = locate(source, () => doesNotApply('copy', 'doc is missing from path: ', source));
        const copied = clone(memberOf(...place, (why) => `error in copy for from: '${source}': ${why}`) ?? null);
        const to = pointerIn(path, 'copy operation failed to decode path: missing value');
        const target = locate(to, () => doesNotApply('copy', 'doc is missing destination path: ', to));
        if (copied !== null) copiedBytes += Buffer.byteLength(encodeJson(copied));
        if (copiedBytes > COPIED_BYTES_MAX) throw failure(tooMuchCopied(copiedBytes));
        add(...target, copied, (why) => `error while adding value during copy: ${why}`);
        break;
      }
      case 'test': {
        const at = pointerIn(path, `test operation failed to decode path: ${NO_PATH}`);
        const there = (): JsonValue | undefined =>
          memberOf(...locate(at, () => doesNotApply('test', 'is missing path: ', at)), atPath('test', at));
        if (!equal(at === '' ? root : (there() ?? null), value) || !canonical) throw testFailure(at);
        break;
      }
      default:
        throw failure(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`);
    }
  }
  if (Array.isArray(root)) throw undecodable(encodeJson(root), `couldn't get version/kind; ${NO_OBJECT}`);
  const isMetadataWalked = walked.has(root['metadata'] ?? null);
  const result = sortWalked(root, walked);
  return { result, print: () => printResult(result, isMetadataWalked) };
}

const NO_PATH = 'operation missing path field: missing value';
const NO_FROM = 'operation, missing from field: missing value';

const doesNotApply = (op: string, what: string, pointer: string, isQuoted = false): string =>
  `${op} operation does not apply: ${what}${isQuoted ? JSON.stringify(pointer) : pointer}: missing value`;

const tooMuchCopied = (bytes: number): string =>
  `Unable to complete the copy, the accumulated size increase of copy is ${bytes}, exceeding the limit ${COPIED_BYTES_MAX}`;

/** A problem in a container as the library tells it that Kubernetes uses. */
type Told = (why: string) => string;
const atPath =
  (op: string, pointer: string): Told =>
  (why) =>
    `error in ${op} for path: '${pointer}': ${why}`;

function pointerIn(pointer: JsonValue | undefined, missing: string): string {
  if (typeof pointer !== 'string') throw failure(missing);
  return pointer;
}

const problems = new WeakMap<Error, string>();
const failedTests = new WeakSet<Error>();

function failure(problem: string): Error {
  const error = invalidRequest();
  problems.set(error, problem);
  return error;
}

function testFailure(pointer: string): Error {
  const error = failure(`testing value ${pointer} failed: test failed`);
  failedTests.add(error);
  return error;
}

/** What is wrong with a patch that `apply` refused, in the words of the library that Kubernetes uses; undefined for any other error. */
export const patchProblem = (error: unknown): string | undefined => problems.get(error as Error);

/** Whether what `apply` threw says that a `test` did not hold, and not that the patch does not fit. */
export const isTestFailure = (error: Error): boolean => failedTests.has(error);

const unescapeSegment = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

function memberOf(container: JsonObject | JsonValue[], key: string, told: Told): JsonValue | undefined {
  if (Array.isArray(container)) return container[itemIndex(container, key, told)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** `00` is 0, `-1` the last item; anything else that is no item of the list fails. */
function itemIndex(list: JsonValue[], key: string, told: Told): number {
  const index = listIndex(key, list.length, told, told);
  if (index >= list.length) throw failure(told(noIndex(index)));
  return index;
}

const noIndex = (index: number): string => `Unable to access invalid index: ${index}: invalid index referenced`;

function listIndex(key: string, length: number, told: Told, toldOfSyntax: Told): number {
  if (!/^[+-]?\d{1,18}$/.test(key)) throw failure(toldOfSyntax(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`));
  const index = Number(key);
  if (index < -length) throw failure(told(noIndex(index)));
  return index < 0 ? index + length : index;
}

function add(container: JsonObject | JsonValue[], key: string, value: JsonValue, told: Told): void {
  if (!Array.isArray(container)) {
    if (key !== '__proto__') container[key] = value;
    return;
  }
  // A negative index counts in the list as it will be.
  const toldOfSyntax: Told = (why) => told(`value was not a proper array index: '${key}': ${why}`);
  const index = key === '-' ? container.length : listIndex(key, container.length + 1, told, toldOfSyntax);
  if (index > container.length) throw failure(told(noIndex(index)));
  container.splice(index, 0, value);
}

function remove(container: JsonObject | JsonValue[], key: string, told: Told): JsonValue {
  if (Array.isArray(container)) return container.splice(itemIndex(container, key, told), 1)[0]!;
  if (!Object.hasOwn(container, key)) throw failure(told(`Unable to remove nonexistent key: ${key}: missing value`));
  const value = container[key]!;
  delete container[key];
  return value;
}
