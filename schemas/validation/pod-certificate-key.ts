/** The keys of a PodCertificateRequest: which ones are good, and whether the requester has the private one. */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { child, type FieldError, invalidOmitted, invalidValue, tooLong } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { parseCertificateRequest, signatureProblem } from './certificate-request.js';
import { textAt } from './members.js';

const BYTES_MAX = 10_240;
const MODULUS_BITS = [3072, 4096];
/** Curves by OpenSSL's names; those that Go reads beside the good ones have Go's. */
const GOOD_CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
const OTHER_CURVES: Readonly<Record<string, string>> = { secp224r1: 'P-224' };
/** Key types that Go reads and nobody may use. */
const OTHER_TYPES = ['x25519', 'dsa'];

const decoded = (base64: string): Buffer => Buffer.from(base64, 'base64');

function keyOf(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** What is wrong with a key: the value as it is shown, and why; undefined where nothing is. */
function keyProblem(key: KeyObject | undefined, shown: string): [value: string, why: string] | undefined {
  const unreadable: [string, string] = [shown, 'must be a valid PKIX-serialized public key'];
  const { namedCurve = '', modulusLength = 0 } = key?.asymmetricKeyDetails ?? {};
  switch (key?.asymmetricKeyType) {
    case 'ed25519':
      return undefined;
    case 'ec':
      if (GOOD_CURVES.includes(namedCurve)) return undefined;
      if (!Object.hasOwn(OTHER_CURVES, namedCurve)) return unreadable;
      return [`curve ${OTHER_CURVES[namedCurve]}`, 'elliptic public keys must use curve P256 or P384'];
    case 'rsa': {
      const bits = Math.ceil(modulusLength / 8) * 8;
      return MODULUS_BITS.includes(bits) ? undefined : [`${bits}-bit modulus`, 'RSA keys must have modulus size 3072 or 4096'];
    }
    default:
      if (!OTHER_TYPES.includes(key?.asymmetricKeyType ?? '')) return unreadable;
      return [shown, 'unknown public key type; supported types are Ed25519, ECDSA, and RSA'];
  }
}

/** Whether the pod's uid was signed with it. */
function isProven(key: KeyObject, uid: string, proof: Buffer): boolean {
  const how =
    key.asymmetricKeyType === 'rsa'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
      : { key };
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', Buffer.from(uid), how, proof);
  } catch {
    return false;
  }
}

/** A key and a proof, or a request that is good for nothing but its key and its own signature. */
export function validateKey(spec: JsonObject, errors: FieldError[]): void {
  const [key, proof, stub] = ['pkixPublicKey', 'proofOfPossession', 'stubPKCS10Request'].map((name) => textAt(spec, name)) as [
    string,
    string,
    string,
  ];
  const isByKey = key !== '' && proof !== '' && stub === '';
  if (!isByKey && !(stub !== '' && key === '' && proof === '')) {
    errors.push(invalidOmitted('spec', 'exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set'));
    return;
  }
  for (const name of ['pkixPublicKey', 'proofOfPossession', 'stubPKCS10Request'])
    if (decoded(textAt(spec, name)).length > BYTES_MAX) {
      errors.push(tooLong(child('spec', name), BYTES_MAX));
      return;
    }
  if (isByKey) validateProof(key, proof, textAt(spec, 'podUID'), errors);
  else validateStub(stub, errors);
}

function validateProof(key: string, proof: string, uid: string, errors: FieldError[]): void {
  const read = keyOf(decoded(key));
  const problem = keyProblem(read, key);
  if (problem) errors.push(invalidValue('spec.pkixPublicKey', ...problem));
  else if (!isProven(read!, uid, decoded(proof)))
    errors.push(invalidOmitted('spec.proofOfPossession', 'could not verify proof-of-possession signature'));
}

function validateStub(stub: string, errors: FieldError[]): void {
  const field = 'spec.stubPKCS10Request';
  try {
    const request = parseCertificateRequest(decoded(stub));
    const problem = keyProblem(keyOf(request.publicKey), request.publicKey.toString('base64'));
    if (problem) errors.push(invalidValue(field, ...problem));
    else if (signatureProblem(request) !== undefined) errors.push(invalidOmitted(field, 'invalid signature'));
  } catch {
    errors.push(invalidOmitted(field, 'must be a valid PKCS#10 CSR'));
  }
}

/** DER of the key that a certificate is asked for; undefined where it cannot be read. */
export function requestedKey(spec: JsonObject): Buffer | undefined {
  try {
    const stub = textAt(spec, 'stubPKCS10Request');
    const der = stub === '' ? decoded(textAt(spec, 'pkixPublicKey')) : parseCertificateRequest(decoded(stub)).publicKey;
    return keyOf(der)?.export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}
