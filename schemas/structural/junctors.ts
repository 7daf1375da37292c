import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { adopt, attempt, pathOf, reportUnplaced, type Attempt, type Walk } from './walk.js';

type Check = (value: JsonValue, walk: Walk, old: JsonValue | undefined) => void;
type Branch = (value: JsonValue, walk: Walk) => Attempt;

/** anyOf, oneOf, allOf and not, in this order (B6.2, B6.3); undefined where a schema has none. Inside branches nothing is ratcheted (B6.8). */
export function junctors(raw: JsonObject, checkOf: (raw: JsonObject) => Check): Check | undefined {
  const branch = (schema: JsonObject): Branch => {
    return (value, walk) => attempt(walk, () => checkOf(schema)(value, walk, undefined));
  };
  const branches = (name: string): Branch[] => {
    const list = raw[name];
    return Array.isArray(list) ? list.filter(isObject).map(branch) : [];
  };
  const anyOf = branches('anyOf');
  const oneOf = branches('oneOf');
  const allOf = branches('allOf');
  const not = isObject(raw.not) ? branch(raw.not) : undefined;
  if (anyOf.length + oneOf.length + allOf.length === 0 && not === undefined) return undefined;
  return (value, walk) => {
    if (anyOf.length > 0) checkAnyOf(anyOf, value, walk);
    if (oneOf.length > 0) checkOneOf(oneOf, value, walk);
    if (allOf.length > 0) checkAllOf(allOf, value, walk);
    if (not?.(value, walk).errors.length === 0) tell(walk, 'must not validate the schema (not)');
  };
}

const tell = (walk: Walk, what: string): void => reportUnplaced(walk, `"${pathOf(walk)}" ${what}`);

/** The branch with most passed checks, the first of equals. */
const better = (best: Attempt | undefined, found: Attempt): Attempt => (best === undefined || found.matches > best.matches ? found : best);

function checkAnyOf(branches: readonly Branch[], value: JsonValue, walk: Walk): void {
  let best: Attempt | undefined;
  for (const branch of branches) {
    const found = branch(value, walk);
    if (found.errors.length === 0) {
      adopt(walk, found);
      return;
    }
    best = better(best, found);
  }
  tell(walk, 'must validate at least one schema (anyOf)');
  adopt(walk, best!);
}

function checkOneOf(branches: readonly Branch[], value: JsonValue, walk: Walk): void {
  let best: Attempt | undefined;
  let first: Attempt | undefined;
  let valid = 0;
  for (const branch of branches) {
    const found = branch(value, walk);
    if (found.errors.length > 0) best = better(best, found);
    else {
      valid++;
      first ??= found;
    }
  }
  if (valid !== 1) {
    tell(walk, `must validate one and only one schema (oneOf). Found ${valid === 0 ? 'none valid' : `${valid} valid alternatives`}`);
  }
  if (valid === 0) adopt(walk, best!);
  else if (valid === 1) adopt(walk, first!);
}

function checkAllOf(branches: readonly Branch[], value: JsonValue, walk: Walk): void {
  let valid = 0;
  for (const branch of branches) {
    const found = branch(value, walk);
    if (found.errors.length === 0) valid++;
    adopt(walk, found);
  }
  if (valid < branches.length) tell(walk, `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
}
