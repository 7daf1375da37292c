/** A pod that is made for a node shows where that node is. */
import { metaOf } from '../../schemas/object-meta.js';
import { objectAt, textAt } from '../../schemas/validation/members.js';
import type { AdmissionPlugin } from '../admission.js';
import { findStored } from './stored.js';
import { concerns } from './subject.js';

const NODES = { group: '', resource: 'nodes' };
const TOPOLOGY = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  operations: ['CREATE'],
  admit(attributes) {
    if (!concerns(attributes, '', 'pods', ['CREATE'])) return;
    const node = findStored(attributes, NODES, '', textAt(objectAt(attributes.object, 'spec'), 'nodeName'));
    const labels = (node && metaOf(node).labels) ?? {};
    const shown = TOPOLOGY.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]]));
    if (shown.length === 0) return;
    const meta = metaOf(attributes.object!);
    meta.labels = { ...meta.labels, ...Object.fromEntries(shown) };
  },
};
