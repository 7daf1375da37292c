/** Names of certificate signers: `example.com/signer`. */
import { type FieldError, goQuote, invalidValue, required, tooLong } from '../field-errors.js';
import { dnsLabel, dnsSubdomain } from '../names.js';
import { bytes } from './members.js';

const DOMAIN_BYTES_MAX = 253;
const NAME_BYTES_MAX = 571;

/** Checks label by label and stops at the first bad one. */
function validateLabels(segment: string, check: (label: string) => string[], field: string, errors: FieldError[]): void {
  for (const label of segment.split('.')) {
    const messages = check(label);
    for (const message of messages) errors.push(invalidValue(field, segment, `validating label ${goQuote(label)}: ${message}`));
    if (messages.length > 0) return;
  }
}

export function validateSignerName(name: string, field: string, errors: FieldError[]): void {
  if (name === '') {
    errors.push(required(field));
    return;
  }
  const segments = name.split('/');
  if (segments.length !== 2) {
    errors.push(invalidValue(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
    return;
  }
  const [domain, path] = segments as [string, string];
  if (bytes(domain) > DOMAIN_BYTES_MAX) errors.push(tooLong(field, DOMAIN_BYTES_MAX));
  validateLabels(domain, dnsLabel, field, errors);
  if (!domain.includes('.')) errors.push(invalidValue(field, domain, 'should be a domain with at least two segments separated by dots'));
  validateLabels(path, dnsSubdomain, field, errors);
  if (bytes(name) > NAME_BYTES_MAX) errors.push(tooLong(field, NAME_BYTES_MAX));
}

/** Signers of Kubernetes itself. */
export function isKubernetesSigner(name: string): boolean {
  const domain = name.split('/')[0]!;
  return domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io');
}
