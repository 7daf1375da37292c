import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type FieldError, index, invalidValue, required, tooLong } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { decodeJson } from '../wire/json.js';
import { immutable, invalidEach } from './checks.js';
import { configKey, decodedLength, MAX_DATA_BYTES } from './config-keys.js';
import { validateFrozen } from './config-map.js';
import { entriesAt, made, objectAt, preset, textAt } from './members.js';
import type { KindRules } from './rules.js';

/** `stringData` is merged into `data` and forgotten (R3.34). */
function mergeStringData(secret: JsonObject): void {
  const texts = entriesAt(secret, 'stringData');
  delete secret['stringData'];
  if (texts.length === 0) return;
  const data = made(secret, 'data');
  for (const [key, value] of texts) data[key] = Buffer.from((value ?? '') as string).toString('base64');
}

function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'number';
}

/** The text of Go's error where `base64` holds no JSON object, else ''. */
function notAnObject(base64: string): string {
  try {
    const { value } = decodeJson(Buffer.from(base64, 'base64'));
    if (value === null || isObject(value)) return '';
    return `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`;
  } catch (error) {
    return (error as Error).message;
  }
}

type Data = JsonObject | undefined;
const has = (data: Data, key: string): boolean => data !== undefined && Object.hasOwn(data, key);

function requireJson(data: Data, key: string, errors: FieldError[]): void {
  const field = index('data', key);
  if (!has(data, key)) {
    errors.push(required(field));
    return;
  }
  const message = notAnObject((data![key] ?? '') as string);
  if (message !== '') errors.push(invalidValue(field, '<secret contents redacted>', message));
}

/** What the well-known types must hold. */
const CONTENTS: Readonly<Record<string, (secret: JsonObject, data: Data, errors: FieldError[]) => void>> = {
  'kubernetes.io/service-account-token': (secret, _data, errors) => {
    const name = 'kubernetes.io/service-account.name';
    if (textAt(objectAt(objectAt(secret, 'metadata'), 'annotations'), name) === '')
      errors.push(required(index('metadata.annotations', name)));
  },
  'kubernetes.io/dockercfg': (_secret, data, errors) => requireJson(data, '.dockercfg', errors),
  'kubernetes.io/dockerconfigjson': (_secret, data, errors) => requireJson(data, '.dockerconfigjson', errors),
  'kubernetes.io/basic-auth': (_secret, data, errors) => {
    if (!has(data, 'username') && !has(data, 'password')) errors.push(required('data[username]'), required('data[password]'));
  },
  'kubernetes.io/ssh-auth': (_secret, data, errors) => {
    if (textAt(data, 'ssh-privatekey') === '') errors.push(required('data[ssh-privatekey]'));
  },
  'kubernetes.io/tls': (_secret, data, errors) => {
    for (const key of ['tls.crt', 'tls.key']) if (!has(data, key)) errors.push(required(index('data', key)));
  },
};

function validate(secret: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  for (const [key, value] of entriesAt(secret, 'data')) {
    invalidEach(index('data', key), key, configKey(key), errors);
    total += decodedLength((value ?? '') as string);
  }
  if (total > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES));
  CONTENTS[textAt(secret, 'type')]?.(secret, objectAt(secret, 'data'), errors);
  return errors;
}

const BLOCK = /-----BEGIN ([^-\n]*)-----[^-]*-----END \1-----/g;
const blocks = (pem: string): { type: string; pem: string }[] =>
  [...pem.matchAll(BLOCK)].map((match) => ({ type: match[1]!, pem: match[0] }));

/** What Go says of a certificate and key that do not make a pair, else ''. */
function pairProblem(certificatePem: string, keyPem: string): string {
  const certificates = blocks(certificatePem);
  const certificate = certificates.find(({ type }) => type === 'CERTIFICATE');
  if (certificates.length === 0) return 'tls: failed to find any PEM data in certificate input';
  const keys = blocks(keyPem);
  const key = keys.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'));
  if (!certificate) {
    const skipped = certificates.map(({ type }) => type);
    if (skipped.length === 1 && skipped[0]!.endsWith('PRIVATE KEY')) {
      return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
    }
    return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
  }
  if (keys.length === 0) return 'tls: failed to find any PEM data in key input';
  if (!key) {
    const skipped = keys.map(({ type }) => type);
    if (skipped.length === 1 && skipped[0] === 'CERTIFICATE')
      return 'tls: found a certificate rather than a key in the PEM for the private key';
    return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
  }
  try {
    const matches = new X509Certificate(certificate.pem).checkPrivateKey(createPrivateKey(key.pem));
    return matches ? '' : 'tls: private key does not match public key';
  } catch {
    return 'tls: failed to parse private key';
  }
}

const decoded = (data: Data, key: string): string => Buffer.from(textAt(data, key), 'base64').toString('latin1');

export const secret: KindRules = {
  default(object) {
    preset(object, 'type', 'Opaque');
    mergeStringData(object);
  },
  prepareForUpdate(object, old) {
    preset(object, 'type', old['type'] ?? '');
  },
  validate,
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    immutable('type', object['type'], old['type'], errors);
    validateFrozen(object, old, ['data'], errors);
    return errors.concat(validate(object));
  },
  warnings(object) {
    if (textAt(object, 'type') !== 'kubernetes.io/tls') return [];
    const data = objectAt(object, 'data');
    const problem = pairProblem(decoded(data, 'tls.crt'), decoded(data, 'tls.key'));
    return problem === '' ? [] : [problem];
  },
};
