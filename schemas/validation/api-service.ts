/** apiregistration.k8s.io APIService; its name is checked against the spec with the metadata. */
import { child, type FieldError, invalidValue, notSupported, required } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dns1035Label, dnsSubdomain } from '../names.js';
import { invalidEach } from './checks.js';
import { ALL_BUT_STATUS, keepAllButStatus } from './kept-metadata.js';
import { flagAt, numberAt, objectAt, objectsAt, textAt } from './members.js';
import { portNumber } from './pods/ports.js';
import type { KindRules } from './rules.js';

const GROUP_PRIORITY_MAX = 20000;
const VERSION_PRIORITY_MAX = 1000;
const STATUSES = ['True', 'False', 'Unknown'];

function validatePriority(spec: JsonObject, member: string, max: number, errors: FieldError[]): void {
  const priority = numberAt(spec, member) ?? 0;
  if (priority <= 0 || priority > max) errors.push(invalidValue(child('spec', member), priority, `must be positive and less than ${max}`));
}

function validateLocal(spec: JsonObject, bundleBytes: number, errors: FieldError[]): void {
  if (bundleBytes > 0) errors.push(invalidValue('spec.caBundle', `${bundleBytes} bytes`, 'local APIServices may not have a caBundle'));
  if (flagAt(spec, 'insecureSkipTLSVerify'))
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec') ?? {};
  const [group, version] = [textAt(spec, 'group'), textAt(spec, 'version')];
  if (group === '' && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') invalidEach('spec.group', group, dnsSubdomain(group), errors);
  invalidEach('spec.version', version, dns1035Label(version), errors);
  validatePriority(spec, 'groupPriorityMinimum', GROUP_PRIORITY_MAX, errors);
  validatePriority(spec, 'versionPriority', VERSION_PRIORITY_MAX, errors);
  const service = objectAt(spec, 'service');
  const bundleBytes = Buffer.from(textAt(spec, 'caBundle'), 'base64').length;
  if (!service) {
    validateLocal(spec, bundleBytes, errors);
    return errors;
  }
  for (const member of ['namespace', 'name']) if (textAt(service, member) === '') errors.push(required(`spec.service.${member}`));
  const port = numberAt(service, 'port') ?? 0;
  const messages = portNumber(port);
  if (messages.length > 0) errors.push(invalidValue('spec.service.port', port, `port is not valid: ${messages.join(', ')}`));
  if (flagAt(spec, 'insecureSkipTLSVerify') && bundleBytes > 0)
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return errors;
}

export const apiService: KindRules = {
  default(object) {
    const service = objectAt(objectAt(object, 'spec'), 'service');
    if (service) service['port'] ??= 443;
  },
  /** What this server serves itself is available at once. */
  prepareForCreate(object, context) {
    if (objectAt(objectAt(object, 'spec'), 'service')) {
      object['status'] = {};
      return;
    }
    const condition: JsonObject = { type: 'Available', status: 'True', lastTransitionTime: context?.now ?? null };
    object['status'] = { conditions: [{ ...condition, reason: 'Local', message: 'Local APIServices are always available' }] };
  },
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validate,
  validateUpdate: validate,
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    objectsAt(objectAt(object, 'status'), 'conditions').forEach((condition, i) => {
      const status = textAt(condition, 'status');
      if (!STATUSES.includes(status)) errors.push(notSupported(`status.conditions[${i}].status`, status, STATUSES));
    });
    return errors;
  },
};
