/** What the expressions of a MutatingAdmissionPolicy make of an object (C5.1). */
import { handledAs, type MergeType, memberType, partOf } from '../../../schemas/apply/merge-type.js';
import { merge } from '../../../schemas/apply/merge.js';
import { typedError } from '../../../schemas/apply/validate.js';
import { toJson } from '../../../schemas/cel/json-adapter.js';
import { misnamedTypes } from '../../../schemas/cel/library/mutation.js';
import { CelError, List, Struct, type Value } from '../../../schemas/cel/values.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { decodeJsonPatch, isTestFailure, patchProblem } from '../../../schemas/patch/json-patch.js';
import { internalError } from '../../../schemas/status.js';
import { encodeJson } from '../../../schemas/wire/json.js';
import type { Resource } from '../../resource.js';
import { checkType, conformMutated } from '../mutated.js';

/** A mutation that cannot be done; the message is for the client. */
export class MutationError extends Error {}

/** A new object, conformed and defaulted; itself where nothing is to be done. Throws MutationError. */
export type Mutate = (object: JsonObject, value: Value, resource: Resource) => JsonObject;

/** The value is merged into the object as an applied configuration is. */
export const applyConfiguration: Mutate = (object, value, resource) => {
  if (!(value instanceof Struct)) throw new MutationError('unsupported return type from ApplyConfiguration expression');
  const misnamed = misnamedTypes(value, 'Object');
  if (misnamed.length > 0) throw new MutationError(`type mismatch: ${misnamed.join('\n')}`);
  const members = toJson(value);
  if (members instanceof CelError || !isObject(members)) throw new MutationError(`type mismatch: ${String((members as CelError).message)}`);
  const config = { ...members, apiVersion: object['apiVersion']!, kind: object['kind']! };
  const type = resource.mergeType();
  const wrong = typedError(config, type, false);
  if (wrong !== undefined) throw new MutationError(`error applying patch: failed to convert patch object to typed object: ${wrong}`);
  const atomics: string[] = [];
  findAtomics(config, type, '', atomics);
  if (atomics.length > 0) {
    const paths = atomics.sort().join(', ');
    throw new MutationError(`error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${paths}`);
  }
  const merged = clone(merge(object, config, type)) as JsonObject;
  conformMutated(resource, merged);
  return merged;
};

/** C5.1: what would be replaced as a whole cannot be merged into. */
function findAtomics(value: JsonValue, type: MergeType, path: string, found: string[]): void {
  const part = handledAs(type, partOf(type, value));
  if (part === 'map' && isObject(value)) {
    if (type.map!.atomic) found.push(path);
    else
      for (const [name, member] of Object.entries(value)) {
        const inner = memberType(type.map!, name);
        if (inner) findAtomics(member, inner, `${path}.${name}`, found);
      }
  } else if (part === 'list' && Array.isArray(value)) {
    if (type.list!.atomic) found.push(path);
    else for (const item of value) findAtomics(item, type.list!.item, `${path}[*]`, found);
  }
}

/** The value is a list of operations; where a `test` among them fails none is done. */
export const jsonPatch: Mutate = (object, value, resource) => {
  if (!(value instanceof List)) throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array');
  const operations = toJson(value);
  if (operations instanceof CelError) throw new MutationError(`JSON Patch: ${operations.message}`);
  if (!Array.isArray(operations) || operations.length === 0) return object;
  for (const operation of operations) if (isObject(operation) && operation['from'] === '') delete operation['from'];
  let patched: JsonObject;
  try {
    patched = decodeJsonPatch(encodeJson(operations), 'Ignore').apply(object).result;
  } catch (error) {
    if (isTestFailure(error as Error)) return object;
    throw new MutationError(`JSON Patch: ${patchProblem(error) ?? (error as Error).message}`);
  }
  // no object of its kind any more: not the policy's failure but the server's, whatever the failurePolicy says
  checkType(resource, object, patched, (why) => internalError(`failed to convert object: ${why}`));
  const problems: string[] = [];
  try {
    conformMutated(resource, patched, problems);
  } catch (error) {
    throw internalError((error as Error).message);
  }
  if (problems.length > 0) throw internalError(`strict decoding error: ${problems.join(', ')}`);
  return patched;
};
