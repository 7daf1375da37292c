/** What comes of a PodCertificateRequest: it is issued, denied or failed, once and for good. */
import { X509Certificate } from 'node:crypto';
import { child, type FieldError, invalidOmitted, invalidValue, notSupported, required, tooLong } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { pemBlocks } from './certificate-request.js';
import { conditionsErrors } from './conditions.js';
import { bytes, numberAt, objectAt, objectsAt, textAt } from './members.js';
import { requestedKey } from './pod-certificate-key.js';
import { semanticallyEqual } from './pods/update.js';

const OUTCOMES = ['Issued', 'Denied', 'Failed'];
const CHAIN_BYTES_MAX = 100 * 1024;
const MINUTE_MS = 60_000;
const CHAIN = 'status.certificateChain';

const outcomesOf = (status: JsonObject | undefined): string[] =>
  objectsAt(status, 'conditions')
    .map((condition) => textAt(condition, 'type'))
    .filter((type) => OUTCOMES.includes(type));

function outcomeFindings(status: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  let known = 0;
  objectsAt(status, 'conditions').forEach((condition, i) => {
    const at = child('status.conditions', `[${i}]`);
    const [type, state] = [textAt(condition, 'type'), textAt(condition, 'status')];
    if (!OUTCOMES.includes(type)) {
      errors.push(notSupported(child(at, 'type'), type, OUTCOMES));
      return;
    }
    if (++known > 1)
      errors.push(invalidValue(child(at, 'type'), type, 'There may be at most one condition with type "Issued", "Denied", or "Failed"'));
    if (state !== 'True') errors.push(notSupported(child(at, 'status'), state, ['True']));
  });
  return errors;
}

export function statusFindings(object: JsonObject, old: JsonObject): FieldError[] {
  const [status, before] = [objectAt(object, 'status') ?? {}, objectAt(old, 'status') ?? {}];
  const errors = [...outcomeFindings(status), ...conditionsErrors(objectsAt(status, 'conditions'), 'status.conditions')];
  if (errors.length) return errors;
  const unless = (isFine: boolean, why: string): FieldError[] => (isFine ? [] : [invalidOmitted('status', why)]);
  if (outcomesOf(before).length)
    return unless(semanticallyEqual(status, before), 'immutable after PodCertificateRequest is issued, denied, or failed');
  const [outcome] = outcomesOf(status);
  if (outcome === 'Issued') return issuedFindings(status, objectAt(old, 'spec') ?? {});
  if (outcome === undefined)
    return unless(semanticallyEqual(status, before), 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"');
  const { conditions } = status;
  return unless(
    semanticallyEqual(status, { conditions: conditions ?? null }),
    'non-condition status fields must be empty when denying or failing the PodCertificateRequest',
  );
}

/** The first thing that is wrong, but for times that are missing. */
function issuedFindings(status: JsonObject, spec: JsonObject): FieldError[] {
  const chain = textAt(status, 'certificateChain');
  if (bytes(chain) > CHAIN_BYTES_MAX) return [tooLong(CHAIN, CHAIN_BYTES_MAX)];
  const [first, ...rest] = pemBlocks(chain);
  const chainFinding = (why: string): FieldError[] => [invalidValue(CHAIN, chain, why)];
  if (!first) return chainFinding('issued certificate chain must contain at least one certificate');
  if (first.type !== 'CERTIFICATE') return chainFinding('issued certificate chain must consist entirely of CERTIFICATE PEM blocks');
  const leaf = certificateOf(first.bytes);
  if (!leaf) return chainFinding('leaf certificate does not parse as valid X.509');
  const key = requestedKey(spec);
  if (!key?.equals(leaf.publicKey.export({ type: 'spki', format: 'der' })))
    return chainFinding('leaf certificate was not issued to the requested public key');
  const times = timeFindings(status, spec, leaf);
  if (times.length) return times;
  if (rest.some(({ type }) => type !== 'CERTIFICATE'))
    return chainFinding('issued certificate chain must consist entirely of CERTFICATE PEM blocks');
  return rest.every((block) => certificateOf(block.bytes)) ? [] : chainFinding('intermediate certificate does not parse as valid X.509');
}

function certificateOf(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

const CONSISTENT = 'must be present and consistent with the issued certificate';

function timeFindings(status: JsonObject, spec: JsonObject, leaf: X509Certificate): FieldError[] {
  const missing = (name: string, why: string): FieldError[] => (textAt(status, name) === '' ? [required(child('status', name), why)] : []);
  const absent = [
    ...missing('notBefore', CONSISTENT),
    ...missing('notAfter', CONSISTENT),
    ...missing('beginRefreshAt', 'must be present and in the range [notbefore+10min, notafter-10min]'),
  ];
  if (absent.length) return absent;
  const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  const ms = (name: string): number => Date.parse(textAt(status, name));
  const finding = (name: string, why: string): FieldError[] => [invalidValue(child('status', name), textAt(status, name), why)];
  if (ms('notBefore') !== from) return finding('notBefore', 'must be set to the NotBefore time encoded in the leaf certificate');
  if (ms('notAfter') !== to) return finding('notAfter', 'must be set to the NotAfter time encoded in the leaf certificate');
  const lifetime = (why: string): FieldError[] => [
    invalidValue(CHAIN, (to - from) * 1_000_000, `leaf certificate lifetime must be ${why}`),
  ];
  const max = numberAt(spec, 'maxExpirationSeconds') ?? 0;
  if (to - from < 60 * MINUTE_MS) return lifetime('>= 1 hour');
  if (to - from > max * 1000) return lifetime(`<= spec.maxExpirationSeconds (${max})`);
  if (ms('beginRefreshAt') < from + 10 * MINUTE_MS) return finding('beginRefreshAt', 'must be at least 10 minutes after status.notBefore');
  if (ms('beginRefreshAt') > to - 10 * MINUTE_MS) return finding('beginRefreshAt', 'must be at least 10 minutes before status.notAfter');
  return [];
}
