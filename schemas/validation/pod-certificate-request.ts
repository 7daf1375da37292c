/** certificates.k8s.io PodCertificateRequest: a kubelet asks for a certificate of one of its pods. */
import { child, type FieldError, invalidValue, required, tooLong } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dnsSubdomain } from '../names.js';
import { immutable, invalidEach } from './checks.js';
import { conditionsErrors } from './conditions.js';
import { bytes, numberAt, objectAt, objectsAt, textAt } from './members.js';
import { semanticallyEqual } from './pods/update.js';
import type { KindRules } from './rules.js';
import { isKubernetesSigner, validateSignerName } from './signer-name.js';

const SECONDS_MIN = 3600;
/** 91 days; a day for Kubernetes' own signers. */
const SECONDS_MAX = 7862400;
const OWN_SECONDS_MAX = 86400;
const UID_BYTES_MAX = 128;

function validateIdentity(spec: JsonObject, name: string, uid: string, errors: FieldError[]): void {
  const [field, value] = [child('spec', name), textAt(spec, name)];
  if (value === '') errors.push(required(field, 'must not be empty'));
  else invalidEach(field, value, dnsSubdomain(value), errors);
  const id = textAt(spec, uid);
  if (id === '') errors.push(required(child('spec', uid), 'must not be empty'));
  else if (bytes(id) > UID_BYTES_MAX) errors.push(tooLong(child('spec', uid), UID_BYTES_MAX));
}

function validateSeconds(spec: JsonObject, errors: FieldError[]): void {
  const field = 'spec.maxExpirationSeconds';
  const seconds = numberAt(spec, 'maxExpirationSeconds');
  const max = isKubernetesSigner(textAt(spec, 'signerName')) ? OWN_SECONDS_MAX : SECONDS_MAX;
  if (seconds === undefined) errors.push(required(field, 'must be set'));
  else if (seconds < SECONDS_MIN || seconds > max)
    errors.push(invalidValue(field, seconds, `must be in the range [${SECONDS_MIN}, ${max}]`));
}

export const podCertificateRequest: KindRules = {
  validate(object) {
    const errors: FieldError[] = [];
    const spec = objectAt(object, 'spec') ?? {};
    validateSignerName(textAt(spec, 'signerName'), 'spec.signerName', errors);
    validateIdentity(spec, 'podName', 'podUID', errors);
    validateIdentity(spec, 'serviceAccountName', 'serviceAccountUID', errors);
    validateIdentity(spec, 'nodeName', 'nodeUID', errors);
    validateSeconds(spec, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    const [spec, before] = [object['spec'], old['spec']];
    if (!semanticallyEqual(spec, before)) immutable('spec', spec, before, errors);
    return errors;
  },
  validateStatusUpdate: (object) => conditionsErrors(objectsAt(objectAt(object, 'status'), 'conditions'), 'status.conditions'),
};
