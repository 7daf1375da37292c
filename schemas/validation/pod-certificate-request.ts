/** certificates.k8s.io PodCertificateRequest: a kubelet asks for a certificate of one of its pods. */
import { child, type FieldError, invalidValue, required, tooLong } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dnsSubdomain, qualifiedName } from '../names.js';
import { immutable, invalidEach } from './checks.js';
import { goForm } from './go-form.js';
import { bytes, numberAt, objectAt, textAt } from './members.js';
import { validateKey } from './pod-certificate-key.js';
import { statusFindings } from './pod-certificate-status.js';
import { semanticallyEqual } from './pods/update.js';
import type { KindRules } from './rules.js';
import { isKubernetesSigner, validateSignerName } from './signer-name.js';

const SECONDS_MIN = 3600;
/** 91 days; a day for Kubernetes' own signers. */
const SECONDS_MAX = 7862400;
const OWN_SECONDS_MAX = 86400;
const SPEC_TYPE = 'io.k8s.api.certificates.v1beta1.PodCertificateRequestSpec';
const UID_BYTES_MAX = 128;

function validateIdentity(spec: JsonObject, name: string, uid: string, errors: FieldError[]): void {
  const [field, value] = [child('spec', name), textAt(spec, name)];
  invalidEach(field, value, dnsSubdomain(value), errors);
  const id = textAt(spec, uid);
  if (id === '') errors.push(invalidValue(child('spec', uid), '', 'must not be empty'));
  else if (bytes(id) > UID_BYTES_MAX) errors.push(tooLong(child('spec', uid), UID_BYTES_MAX));
}

/** False where they are missing: nothing more is looked at. */
function validateSeconds(spec: JsonObject, errors: FieldError[]): boolean {
  const field = 'spec.maxExpirationSeconds';
  const seconds = numberAt(spec, 'maxExpirationSeconds');
  const max = isKubernetesSigner(textAt(spec, 'signerName')) ? OWN_SECONDS_MAX : SECONDS_MAX;
  if (seconds === undefined) errors.push(required(field, 'must be set'));
  else if (seconds < SECONDS_MIN || seconds > max)
    errors.push(invalidValue(field, seconds, `must be in the range [${SECONDS_MIN}, ${max}]`));
  return seconds !== undefined;
}

/** What the pod's author wants to tell the signer: keys with a domain. */
function validateAnnotations(spec: JsonObject, errors: FieldError[]): void {
  const field = 'spec.unverifiedUserAnnotations';
  for (const key of Object.keys(objectAt(spec, 'unverifiedUserAnnotations') ?? {})) {
    if (key === '') errors.push(required(field));
    else if (!key.includes('/')) errors.push(invalidValue(field, key, 'must be a domain-prefixed key (such as "acme.io/foo")'));
    else invalidEach(field, key.toLowerCase(), qualifiedName(key.toLowerCase()), errors);
  }
}

export const podCertificateRequest: KindRules = {
  validate(object) {
    const errors: FieldError[] = [];
    const spec = objectAt(object, 'spec') ?? {};
    validateSignerName(textAt(spec, 'signerName'), 'spec.signerName', errors);
    validateAnnotations(spec, errors);
    validateIdentity(spec, 'podName', 'podUID', errors);
    validateIdentity(spec, 'serviceAccountName', 'serviceAccountUID', errors);
    validateIdentity(spec, 'nodeName', 'nodeUID', errors);
    if (validateSeconds(spec, errors)) validateKey(spec, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    const [spec, before] = [object['spec'], old['spec']];
    if (!semanticallyEqual(spec, before)) immutable('spec', goForm(SPEC_TYPE, spec), goForm(SPEC_TYPE, before), errors);
    return errors;
  },
  validateStatusUpdate: statusFindings,
};
