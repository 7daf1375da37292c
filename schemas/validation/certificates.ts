/** certificates.k8s.io CertificateSigningRequest (D5.6a, D5.6c) */
import { X509Certificate } from 'node:crypto';
import { child, duplicate, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../field-errors.js';
import type { JsonObject, JsonValue } from '../json-value.js';
import { clusterTrustBundle } from './cluster-trust-bundle.js';
import { parseCertificateRequest, pemBlocks, signatureProblem } from './certificate-request.js';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from './members.js';
import type { GroupRules, KindRules, WriteContext } from './rules.js';
import { validateSignerName } from './signer-name.js';

const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const SECONDS_MIN = 600;
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
/** Conditions that decide a request: they are true or absent, and stay. */
const DECISIONS = ['Approved', 'Denied', 'Failed'];
const VERDICTS = ['Approved', 'Denied'];

export const decodedText = (value: JsonValue | undefined): string =>
  Buffer.from(typeof value === 'string' ? value : '', 'base64').toString('latin1');

function requestProblem(request: JsonValue | undefined): string | undefined {
  const [block] = pemBlocks(decodedText(request));
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    return signatureProblem(parseCertificateRequest(block.bytes));
  } catch (error) {
    return (error as Error).message;
  }
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec');
  const problem = requestProblem(spec?.['request']);
  if (problem !== undefined) errors.push(invalidValue('spec.request', spec?.['request'] ?? null, problem));
  validateUsages(textsAt(spec, 'usages'), errors);
  const signer = textAt(spec, 'signerName');
  if (signer === LEGACY_SIGNER)
    errors.push(invalidValue('spec.signerName', signer, 'the legacy signerName is not allowed via this API version'));
  else validateSignerName(signer, 'spec.signerName', errors);
  const seconds = numberAt(spec, 'expirationSeconds');
  if (seconds !== undefined && seconds < SECONDS_MIN)
    errors.push(invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  return errors;
}

function validateUsages(usages: readonly string[], errors: FieldError[]): void {
  if (usages.length === 0) errors.push(required('spec.usages'));
  usages.forEach((usage, i) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(index('spec.usages', i), usage, USAGES));
  });
  usages.forEach((usage, i) => {
    if (usages.indexOf(usage) < i) errors.push(duplicate(index('spec.usages', i), usage));
  });
}

const statusOf = (object: JsonObject): JsonObject | undefined => objectAt(object, 'status');
const conditionsOf = (object: JsonObject): readonly JsonObject[] => objectsAt(statusOf(object), 'conditions');
const typesOf = (object: JsonObject): string[] => conditionsOf(object).map((condition) => textAt(condition, 'type'));

/** `before`: the types of the stored object, whose faults are not held against an update. */
function validateConditions(object: JsonObject, before: readonly string[], errors: FieldError[]): void {
  const path = 'status.conditions';
  const seen: string[] = [];
  const allowsBoth = VERDICTS.every((type) => before.includes(type));
  const allowsRepeated = new Set(before).size < before.length;
  conditionsOf(object).forEach((condition, i) => {
    const at = index(path, i);
    const type = textAt(condition, 'type');
    const status = textAt(condition, 'status');
    const supported = DECISIONS.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (type === '' && !before.includes('')) errors.push(required(child(at, 'type')));
    if (status === '') errors.push(required(child(at, 'status')));
    else if (!supported.includes(status)) errors.push(notSupported(child(at, 'status'), status, supported));
    const opposite = VERDICTS.includes(type) ? VERDICTS.find((other) => other !== type)! : undefined;
    if (opposite !== undefined && seen.includes(opposite) && !allowsBoth)
      errors.push(invalidValue(path, type, 'Approved and Denied conditions are mutually exclusive'));
    if (seen.includes(type) && !allowsRepeated) errors.push(duplicate(child(at, 'type'), type));
    seen.push(type);
  });
}

function certificateProblem(certificate: JsonValue | undefined): string | undefined {
  if (!certificate) return undefined;
  const blocks = pemBlocks(decodedText(certificate));
  for (const { type, hasHeaders, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (hasHeaders) return 'no PEM block headers are permitted';
    try {
      new X509Certificate(bytes);
    } catch {
      return 'x509: malformed certificate';
    }
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

/** What a write of the status may not change; only `/approval` adds a verdict. */
function validateStatus(object: JsonObject, old: JsonObject, isApproval: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const before = typesOf(old);
  const after = typesOf(object);
  validateConditions(object, before, errors);
  const certificate = statusOf(object)?.['certificate'];
  const stored = statusOf(old)?.['certificate'];
  const problem = certificate === stored ? undefined : certificateProblem(certificate);
  if (problem !== undefined) errors.push(invalidValue('status.certificate', '<certificate data>', problem));
  const count = (types: readonly string[], type: string): number => types.filter((other) => other === type).length;
  for (const type of DECISIONS)
    if (count(after, type) < count(before, type))
      errors.push(forbiddenField('status.conditions', `updates may not remove a condition of type ${JSON.stringify(type)}`));
  for (const type of isApproval ? [] : VERDICTS)
    if (count(after, type) > count(before, type))
      errors.push(forbiddenField('status.conditions', `updates may not add a condition of type ${JSON.stringify(type)}`));
  if (stored && certificate !== stored)
    errors.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'));
  return errors;
}

/** A verdict stays as `/approval` left it, first to first. */
function keepVerdicts(object: JsonObject, old: JsonObject): void {
  const left = conditionsOf(old).filter(({ type }) => VERDICTS.includes(type as string));
  const conditions = conditionsOf(object);
  if (conditions.length === 0) return;
  statusOf(object)!['conditions'] = conditions.map((condition) => {
    const i = left.findIndex(({ type }) => type === condition['type']);
    return i < 0 ? condition : left.splice(i, 1)[0]!;
  });
}

/** Missing times are filled in: the last transition's from the old condition of the same type and status. */
function stampConditions(object: JsonObject, old: JsonObject, now: string): void {
  for (const condition of conditionsOf(object)) {
    condition['lastUpdateTime'] ??= now;
    if (condition['lastTransitionTime']) continue;
    const same = conditionsOf(old).find((other) => other['type'] === condition['type'] && other['status'] === condition['status']);
    condition['lastTransitionTime'] = same?.['lastTransitionTime'] ?? now;
  }
}

function keepSpec(object: JsonObject, old: JsonObject): void {
  object['spec'] = old['spec']!;
}

function keepMember(object: JsonObject, old: JsonObject, name: string): void {
  const status = statusOf(object) ?? {};
  object['status'] = status;
  const stored = statusOf(old)?.[name];
  if (stored === undefined) delete status[name];
  else status[name] = stored;
}

/** Who asks is the server's to say. */
function signRequester(object: JsonObject, { user }: WriteContext): void {
  const { username: _u, uid: _i, groups: _g, extra: _e, ...asked } = objectAt(object, 'spec') ?? {};
  object['spec'] = { ...asked, ...user };
  object['status'] = {};
}

const signingRequest: KindRules = {
  prepareForCreate: (object, context) => signRequester(object, context!),
  prepareForUpdate(object, old) {
    keepSpec(object, old);
    object['status'] = old['status'] ?? {};
  },
  prepareForStatusUpdate(object, old, context) {
    keepSpec(object, old);
    keepVerdicts(object, old);
    stampConditions(object, old, context!.now);
  },
  validate,
  validateUpdate: () => [],
  validateStatusUpdate: (object, old) => validateStatus(object, old, false),
  subresources: {
    approval: {
      prepareForUpdate(object, old, context) {
        keepSpec(object, old);
        keepMember(object, old, 'certificate');
        stampConditions(object, old, context!.now);
      },
      validateUpdate: (object, old) => validateStatus(object, old, true),
    },
  },
  resetFields: { '': ['spec', 'status'], status: ['spec', 'status.conditions'], approval: ['spec', 'status.certificate'] },
};

export const certificates: GroupRules = { CertificateSigningRequest: signingRequest, ClusterTrustBundle: clusterTrustBundle };
