/** certificates.k8s.io ClusterTrustBundle: trust anchors of a signer, or of none. */
import { X509Certificate } from 'node:crypto';
import { type FieldError, invalidValue, tooLong } from '../field-errors.js';
import { equal, type JsonObject } from '../json-value.js';
import { asPrefix, dnsSubdomain } from '../names.js';
import { type PemBlock, pemBlocks } from './certificate-request.js';
import { bytes, objectAt, textAt } from './members.js';
import type { KindRules } from './rules.js';
import { validateSignerName } from './signer-name.js';

const BYTES_MAX = 1 << 20;
const SIGNER = 'spec.signerName';
const BUNDLE = 'spec.trustBundle';

/** A signer's bundle is called after it. */
function nameMessages(name: string, signer: string): string[] {
  if (signer === '')
    return name.includes(':') ? ['ClusterTrustBundle without signer name must not have ":" in its name'] : dnsSubdomain(name);
  const prefix = `${signer.replaceAll('/', ':')}:`;
  if (!name.startsWith(prefix)) return [`ClusterTrustBundle for signerName ${signer} must be named with prefix ${prefix}`];
  return dnsSubdomain(name.slice(prefix.length));
}

function validateName(object: JsonObject, errors: FieldError[]): void {
  const metadata = objectAt(object, 'metadata');
  const signer = textAt(objectAt(object, 'spec'), 'signerName');
  const generateName = textAt(metadata, 'generateName');
  const name = textAt(metadata, 'name');
  const check = (field: string, value: string, judged: string): void => {
    for (const message of nameMessages(judged, signer)) errors.push(invalidValue(field, value, message));
  };
  if (generateName !== '') check('metadata.generateName', generateName, asPrefix(generateName));
  if (name !== '') check('metadata.name', name, name);
}

function entryProblem({ type, hasHeaders, bytes: der }: PemBlock, i: number): string | undefined {
  if (type !== 'CERTIFICATE') return `entry ${i} has bad block type: ${type}`;
  if (hasHeaders) return `entry ${i} has PEM block headers`;
  try {
    return new X509Certificate(der).ca ? undefined : `entry ${i} does not have the CA bit set`;
  } catch {
    return `entry ${i} does not parse as X.509`;
  }
}

function validateBundle(bundle: string, errors: FieldError[]): void {
  if (bytes(bundle) > BYTES_MAX) {
    errors.push(tooLong(BUNDLE, BYTES_MAX));
    return;
  }
  const omit = (detail: string): FieldError => invalidValue(BUNDLE, '<value omitted>', detail);
  const blocks = pemBlocks(bundle);
  const problems = blocks.flatMap((block, i) => entryProblem(block, i) ?? []);
  errors.push(...problems.map(omit));
  if (problems.length > 0) return;
  if (blocks.length === 0) errors.push(omit('at least one trust anchor must be provided'));
  const places = new Map<string, number[]>();
  blocks.forEach((block, i) => {
    const key = block.bytes.toString('base64');
    places.set(key, [...(places.get(key) ?? []), i]);
  });
  for (const indices of places.values())
    if (indices.length > 1) errors.push(omit(`duplicate trust anchor (indices [${indices.join(' ')}])`));
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec');
  validateName(object, errors);
  if (textAt(spec, 'signerName') !== '') validateSignerName(textAt(spec, 'signerName'), SIGNER, errors);
  validateBundle(textAt(spec, 'trustBundle'), errors);
  return errors;
}

export const clusterTrustBundle: KindRules = {
  validate,
  validateUpdate(object, old) {
    const errors = validate(object);
    const [now, before] = [object, old].map((bundle) => objectAt(bundle, 'spec')?.['signerName']);
    if (!equal(now, before)) errors.push(invalidValue(SIGNER, now ?? '', 'field is immutable'));
    return errors;
  },
};
