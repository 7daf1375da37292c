/** Whether one set of rules grants all of another, judged tuple by tuple (E7.4), and how what is missing is printed (E7.1). */
import { goQuote } from '../../../schemas/field-errors.js';
import { type PolicyRule, urlMatches } from './policy.js';

const ANY: readonly (string | undefined)[] = [undefined];

/** Rules of one group, resource, name and verb, or of one path and verb, in order; `name` undefined stands for all names. */
type Tuple = { group: string; resource: string; name: string | undefined; verb: string } | { url: string; verb: string };

function* tuplesOf(rule: PolicyRule): Generator<Tuple> {
  for (const group of rule.apiGroups)
    for (const resource of rule.resources)
      for (const name of rule.resourceNames.length ? rule.resourceNames : ANY)
        for (const verb of rule.verbs) yield { group, resource, name, verb };
  for (const url of rule.nonResourceURLs) for (const verb of rule.verbs) yield { url, verb };
}

const hasOrAll = (list: readonly string[], value: string): boolean => list.includes(value) || list.includes('*');

/** `*` does cover a subresource, and so does `*` followed by it; a resource does not. */
function coversResource(owned: readonly string[], resource: string): boolean {
  if (hasOrAll(owned, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && owned.includes(`*${resource.slice(slash)}`);
}

function covers(owner: PolicyRule, tuple: Tuple): boolean {
  if (!hasOrAll(owner.verbs, tuple.verb)) return false;
  if ('url' in tuple) return owner.nonResourceURLs.some((url) => urlMatches(url, tuple.url));
  return (
    hasOrAll(owner.apiGroups, tuple.group) &&
    coversResource(owner.resources, tuple.resource) &&
    (owner.resourceNames.length === 0 || (tuple.name !== undefined && owner.resourceNames.includes(tuple.name)))
  );
}

/** The tuples of `wanted` that `owned` does not grant. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): Tuple[] {
  const missing: Tuple[] = [];
  for (const rule of wanted) for (const tuple of tuplesOf(rule)) if (!owned.some((owner) => covers(owner, tuple))) missing.push(tuple);
  return missing;
}

/** Tuples of the same group, resource and name share a line, their verbs in order of appearance; lines are distinct and sorted. */
export function printTuples(tuples: readonly Tuple[]): string[] {
  const lines = new Set<string>();
  const verbs = new Map<string, Set<string>>();
  for (const tuple of tuples) {
    if ('url' in tuple) {
      lines.add(`{NonResourceURLs:[${goQuote(tuple.url)}], Verbs:[${goQuote(tuple.verb)}]}`);
      continue;
    }
    const names = tuple.name === undefined ? '' : `, ResourceNames:[${goQuote(tuple.name)}]`;
    const head = `{APIGroups:[${goQuote(tuple.group)}], Resources:[${goQuote(tuple.resource)}]${names}, Verbs:[`;
    const own = verbs.get(head);
    if (own) own.add(goQuote(tuple.verb));
    else verbs.set(head, new Set([goQuote(tuple.verb)]));
  }
  for (const [head, own] of verbs) lines.add(`${head}${[...own].join(' ')}]}`);
  return [...lines].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
