/** What a device of a ResourceSlice says beside its name and properties: counters that it uses, its nodes, conditions of binding. */
import { child, duplicate, type FieldError, index, invalidValue, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../../names.js';
import { invalidEach } from '../checks.js';
import { entriesAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { validateNodeSelector } from '../pods/affinity.js';

const NODES = ['nodeName', 'nodeSelector', 'allNodes'];
const NAMED = NODES.map((member) => `\`${member}\``);
const ONE_OF_NODES = `exactly one of ${NAMED[0]}, ${NAMED[1]}, or ${NAMED[2]} is required when \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`;
const NODES_ELSEWHERE = `${NAMED[0]}, ${NAMED[1]} and ${NAMED[2]} can only be set if \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`;

/** A set of counters by its name: one that is there, or what a device takes of it. */
function validateCounters(owner: JsonObject, member: string, path: string, errors: FieldError[]): void {
  const name = textAt(owner, member);
  if (name === '') errors.push(required(child(path, member)));
  else invalidEach(child(path, member), name, dnsLabel(name), errors);
  const counters = entriesAt(owner, 'counters');
  if (counters.length === 0) errors.push(required(child(path, 'counters')));
  for (const [counter] of counters) invalidEach(child(path, 'counters'), counter, dnsLabel(counter), errors);
}

/** Sets of counters of which none is there twice. */
export function validateCounterSets(owner: JsonObject, list: string, member: string, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  objectsAt(owner, list).forEach((each, i) => {
    const at = index(child(path, list), i);
    const name = textAt(each, member);
    validateCounters(each, member, at, errors);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
}

/** On which nodes the device is, where every device says so itself. */
export function validateNodes(device: JsonObject, path: string, isPerDevice: boolean, errors: FieldError[]): void {
  if (!isPerDevice) {
    if (NODES.some((member) => device[member] !== undefined)) errors.push(invalidValue(path, null, NODES_ELSEWHERE));
    return;
  }
  const node = device['nodeName'];
  if (node === '') errors.push(invalidValue(child(path, 'nodeName'), node, 'must not be empty'));
  else if (typeof node === 'string') invalidEach(child(path, 'nodeName'), node, dnsSubdomain(node), errors);
  const selector = objectAt(device, 'nodeSelector');
  if (selector) validateNodeSelector(selector, child(path, 'nodeSelector'), false, errors);
  const all = device['allNodes'];
  if (all === false) errors.push(invalidValue(child(path, 'allNodes'), all, 'must be either unset or set to true'));
  const set = NODES.filter((member) => device[member] !== undefined && device[member] !== '' && device[member] !== false);
  if (set.length === 0) errors.push(required(path, ONE_OF_NODES));
  if (set.length > 1) errors.push(invalidValue(path, `{${set.map((member) => `\`${member}\``).join(', ')}}`, ONE_OF_NODES));
}

/** Conditions that must hold before a pod is bound, and those that say that they never will: the ones need the others. */
export function validateBinding(device: JsonObject, path: string, errors: FieldError[]): void {
  const lists = ['bindingConditions', 'bindingFailureConditions'] as const;
  for (const list of lists) {
    const names = textsAt(device, list);
    names.forEach((name, i) => {
      const at = index(child(path, list), i);
      invalidEach(at, name, qualifiedName(name), errors);
      if (names.indexOf(name) < i) errors.push(duplicate(at, name));
    });
  }
  for (const [list, other] of [lists, [...lists].reverse()] as const)
    if (textsAt(device, list!).length === 0 && textsAt(device, other!).length > 0)
      errors.push(invalidValue(child(path, list!), device[list!] ?? null, `${list} are required to use ${other}`));
}
