/** Pods stay five minutes on a node that is in trouble, unless they say otherwise; a new node is in trouble until it reports. */
import type { JsonObject } from '../../schemas/json-value.js';
import { made, objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import type { AdmissionPlugin } from '../admission.js';
import { concerns } from './subject.js';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const SECONDS = 300;

const tolerates = (toleration: JsonObject, key: string): boolean =>
  ['', key].includes(textAt(toleration, 'key')) && ['', 'NoExecute'].includes(textAt(toleration, 'effect'));

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  operations: ['CREATE', 'UPDATE'],
  admit(attributes) {
    if (!concerns(attributes, '', 'pods', ['CREATE', 'UPDATE'])) return;
    const spec = objectAt(attributes.object, 'spec');
    if (!spec) return;
    const present = objectsAt(spec, 'tolerations');
    const missing = [NOT_READY, UNREACHABLE].filter((key) => !present.some((toleration) => tolerates(toleration, key)));
    if (missing.length === 0) return;
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }));
    spec['tolerations'] = [...present, ...added];
  },
};

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  operations: ['CREATE'],
  admit(attributes) {
    if (!concerns(attributes, '', 'nodes', ['CREATE'])) return;
    const spec = made(attributes.object!, 'spec');
    const taints = objectsAt(spec, 'taints');
    if (taints.some((taint) => textAt(taint, 'key') === NOT_READY && textAt(taint, 'effect') === 'NoSchedule')) return;
    spec['taints'] = [...taints, { key: NOT_READY, effect: 'NoSchedule' }];
  },
};
