/** Pods get the number and preemption policy of their PriorityClass; only one class is the default. */
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { made, numberAt, objectAt, textAt } from '../../schemas/validation/members.js';
import { forbidden } from '../../schemas/status.js';
import { SYSTEM_PRIORITIES } from '../../schemas/validation/priority-class.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { denial } from './denial.js';
import { findStored, listStored } from './stored.js';
import { concerns } from './subject.js';

const GROUP = 'scheduling.k8s.io';
const CLASSES = { group: GROUP, resource: 'priorityclasses' };

export const priority: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  admit(attributes) {
    if (concerns(attributes, '', 'pods', ['CREATE'])) setPriority(attributes, made(attributes.object!, 'spec'));
    else if (concerns(attributes, '', 'pods', ['UPDATE'])) keepPriority(attributes);
  },
  validate(attributes) {
    if (concerns(attributes, GROUP, 'priorityclasses', ['DELETE']) && Object.hasOwn(SYSTEM_PRIORITIES, attributes.name))
      throw forbidden(CLASSES, attributes.name, 'this is a system priority class and cannot be deleted');
    if (!concerns(attributes, GROUP, 'priorityclasses', ['CREATE', 'UPDATE']) || attributes.object!['globalDefault'] !== true) return;
    const present = defaultPriorityClass(attributes);
    const name = present && metaOf(present).name;
    if (name !== undefined && (attributes.operation === 'CREATE' || name !== metaOf(attributes.object!).name))
      throw denial(attributes, `PriorityClass ${name} is already marked as default. Only one default can exist`);
  },
};

function setPriority(attributes: Attributes, spec: JsonObject): void {
  const name = textAt(spec, 'priorityClassName');
  const found = name === '' ? defaultPriorityClass(attributes) : findStored(attributes, CLASSES, '', name);
  if (name !== '' && !found) throw denial(attributes, `no PriorityClass with name ${name} was found`);
  if (name === '' && found) spec['priorityClassName'] = metaOf(found).name!;
  const number = numberAt(found, 'value') ?? 0;
  const policy = found ? textAt(found, 'preemptionPolicy') : 'PreemptLowerPriority';
  const computed = 'must not be provided in pod spec; priority admission controller computed';
  const ownNumber = numberAt(spec, 'priority');
  if (ownNumber !== undefined && ownNumber !== number)
    throw denial(attributes, `the integer value of priority (${ownNumber}) ${computed} ${number} from the given PriorityClass name`);
  spec['priority'] = number;
  if (policy === '') return;
  const ownPolicy = spec['preemptionPolicy'];
  if (typeof ownPolicy === 'string' && ownPolicy !== policy)
    throw denial(attributes, `the string value of PreemptionPolicy (${ownPolicy}) ${computed} ${policy} from the given PriorityClass name`);
  spec['preemptionPolicy'] = policy;
}

function keepPriority({ object, oldObject }: Attributes): void {
  const [spec, old] = [objectAt(object, 'spec'), objectAt(oldObject, 'spec')];
  if (!spec || !old) return;
  for (const member of ['priority', 'preemptionPolicy'])
    if (spec[member] === undefined && old[member] !== undefined) spec[member] = old[member];
}

/** Where there are several by accident, the one that matters least. */
function defaultPriorityClass(attributes: Attributes): JsonObject | undefined {
  const defaults = listStored(attributes, CLASSES, '').filter((found) => found['globalDefault'] === true);
  return defaults.sort((a, b) => (numberAt(a, 'value') ?? 0) - (numberAt(b, 'value') ?? 0))[0];
}
