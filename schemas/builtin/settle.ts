/**
 * What a round trip through Kubernetes' storage does to an object (R3.27a): an empty list or map is as good as none. Conforming
 * has dropped those that may be absent, so the closures visit only the types with lists and maps that are always written.
 */
import { definition, findDefinition, itemOf, jsonFields, type Field, type TypeName } from '../definitions/index.js';
import type { JsonObject, JsonValue } from '../json-value.js';
import { isEmpty } from './scalars.js';

type Settle = (object: JsonObject) => void;

/** Members whose feature gate is off: read, owned, not stored (R3.27b). */
const GATED: Readonly<Record<TypeName, readonly string[]>> = {
  'io.k8s.api.coordination.v1.LeaseSpec': ['strategy', 'preferredHolder'],
};

/** Definitions are stored as JSON, which tells an empty list from none. */
const STORED_AS_JSON = 'io.k8s.apiextensions-apiserver.';

const compiled = new Map<TypeName, Settle | undefined>();

/** Undefined where storing changes nothing in the type. */
export function settleOf(name: TypeName): Settle | undefined {
  if (name.startsWith(STORED_AS_JSON)) return undefined;
  if (compiled.has(name)) return compiled.get(name);
  const gated = (GATED[name] ?? []).map(
    (member): Settle =>
      (object) =>
        void delete object[member],
  );
  const steps = [...gated, ...jsonFields(definition(name)).flatMap(stepsOf)];
  const settle: Settle | undefined =
    steps.length === 0
      ? undefined
      : (object) => {
          for (const step of steps) step(object);
        };
  compiled.set(name, settle);
  return settle;
}

function stepsOf({ name, type, presence }: Field): Settle[] {
  const nested = settleValue(type);
  const steps: Settle[] = [];
  if (nested) steps.push((object) => void (object[name] && nested(object[name])));
  if (!itemOf(type)) return steps;
  if (presence !== 'always' && presence !== 'pointer-always') return steps;
  steps.push((object) => {
    const value = object[name];
    if (value !== undefined && value !== null && isEmpty(value)) object[name] = null;
  });
  return steps;
}

function settleValue(type: TypeName): ((value: JsonValue) => void) | undefined {
  const parts = itemOf(type);
  if (parts) {
    const item = settleValue(parts.item);
    return item && ((value) => Object.values(value as JsonObject | JsonValue[]).forEach(item));
  }
  return findDefinition(type) ? (settleOf(type) as ((value: JsonValue) => void) | undefined) : undefined;
}
