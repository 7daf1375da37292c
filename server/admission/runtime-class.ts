/** Pods take over the overhead and the scheduling of their RuntimeClass. */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { objectAt, objectsAt } from '../../schemas/validation/members.js';
import { rawError } from '../../schemas/status.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { denial } from './denial.js';
import { findStored, nameProblem } from './stored.js';
import { concerns } from './subject.js';

const CLASSES = { group: 'node.k8s.io', resource: 'runtimeclasses' };
const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  operations: ['CREATE'],
  admit(attributes) {
    if (!concerns(attributes, '', 'pods', ['CREATE'])) return;
    const spec = objectAt(attributes.object, 'spec');
    const found = spec && classOf(attributes, spec);
    if (!found) return;
    const overhead = objectAt(objectAt(found, 'overhead'), 'podFixed');
    if (overhead) {
      if (spec['overhead'] !== undefined && !equal(spec['overhead'], overhead)) throw denial(attributes, MISMATCH);
      spec['overhead'] = { ...overhead };
    }
    const scheduling = objectAt(found, 'scheduling');
    if (scheduling) schedule(attributes, spec, scheduling);
  },
  validate(attributes) {
    if (!concerns(attributes, '', 'pods', ['CREATE'])) return;
    const spec = objectAt(attributes.object, 'spec');
    const own = objectAt(spec, 'overhead');
    const wanted = objectAt(objectAt(spec && classOf(attributes, spec), 'overhead'), 'podFixed');
    if (wanted && !equal(own, wanted)) throw denial(attributes, MISMATCH);
    if (!wanted && own && Object.keys(own).length > 0)
      throw denial(attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  },
};

function classOf(attributes: Attributes, spec: JsonObject): JsonObject | undefined {
  const name = spec['runtimeClassName'];
  if (typeof name !== 'string') return undefined;
  const problem = nameProblem(name);
  if (problem !== undefined) throw rawError(problem);
  const found = findStored(attributes, CLASSES, '', name);
  if (!found) throw denial(attributes, `pod rejected: RuntimeClass "${name}" not found`);
  return found;
}

function schedule(attributes: Attributes, spec: JsonObject, scheduling: JsonObject): void {
  const [own, wanted] = [objectAt(spec, 'nodeSelector') ?? {}, objectAt(scheduling, 'nodeSelector') ?? {}];
  for (const [key, value] of Object.entries(wanted))
    if (own[key] !== undefined && own[key] !== value)
      throw denial(
        attributes,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${String(value)}; pod.spec.nodeSelector[${key}] = ${String(own[key])}`,
      );
  if (Object.keys(wanted).length > 0) spec['nodeSelector'] = { ...own, ...wanted };
  const present = objectsAt(spec, 'tolerations');
  const more = objectsAt(scheduling, 'tolerations').filter((toleration) => !present.some((other) => equal(other, toleration)));
  if (more.length > 0) spec['tolerations'] = [...present, ...more.map((toleration) => ({ ...toleration }))];
}
