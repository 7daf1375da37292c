/** A pod on a node is not resized beyond what the node has, nor on a node that cannot do it. */
import { goQuote } from '../../schemas/field-errors.js';
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { quantityIn } from '../../schemas/quantity.js';
import { objectAt, textAt } from '../../schemas/validation/members.js';
import { podUsage, resourceList } from '../../schemas/validation/pods/pod-resources.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { denial } from './denial.js';
import { findStored } from './stored.js';

const NODES = { group: '', resource: 'nodes' };
const OS_LABEL = 'kubernetes.io/os';
/** What is compared, and the power of ten that it is counted in. */
const COUNTED: readonly (readonly [name: string, exponent: number])[] = [
  ['cpu', -3],
  ['memory', 0],
];

export const podResizeValidator: AdmissionPlugin = {
  name: 'PodResizeValidator',
  operations: ['UPDATE'],
  validate(attributes) {
    const { resource, subresource, object, oldObject } = attributes;
    if (subresource !== 'resize' || resource.gr.resource !== 'pods' || resource.gr.group !== '') return;
    const nodeName = textAt(objectAt(object, 'spec'), 'nodeName');
    if (nodeName === '' || equal(objectAt(object, 'spec'), objectAt(oldObject, 'spec'))) return;
    const node = findStored(attributes, NODES, '', nodeName);
    if (!node) throw denial(attributes, `node ${goQuote(nodeName)} not found`);
    const os = metaOf(node).labels?.[OS_LABEL];
    if (os !== undefined && os !== 'linux') {
      const why = `pod resize is only supported on linux nodes, node ${goQuote(nodeName)} is ${goQuote(os)}`;
      throw refusal(attributes, 'UnsupportedPlatform', why);
    }
    const lacking = lackingOn(node, object!);
    if (lacking.length > 0)
      throw refusal(attributes, 'NodeCapacity', `node didn't have enough allocatable resources: ${lacking.join('; ')}`);
  },
};

function refusal(attributes: Attributes, reason: string, why: string) {
  const refused = denial(attributes, why);
  refused.status.details!.causes = [{ reason }];
  return refused;
}

/** `cpu, requested: 4001, allocatable: 4000` */
function lackingOn(node: JsonObject, pod: JsonObject): string[] {
  const requests = podUsage({ spec: pod['spec']! }, 'requests');
  const allocatable = resourceList(objectAt(node, 'status'), 'allocatable');
  return COUNTED.flatMap(([name, exponent]) => {
    const amount = (list: typeof requests): bigint => (list.has(name) ? quantityIn(list.get(name)!, exponent) : 0n);
    return amount(requests) > amount(allocatable) ? [`${name}, requested: ${amount(requests)}, allocatable: ${amount(allocatable)}`] : [];
  });
}
