/** Environment variables and downward API selectors. */
import { child, type FieldError, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../../names.js';
import { parseQuantity, signOf } from '../../quantity.js';
import { invalidEach } from '../checks.js';
import { configKey } from '../config-keys.js';
import { objectAt, objectsAt, textAt } from '../members.js';
import { validateNoBacksteps } from './paths.js';

const NOT_PRINTABLE = /[^\x20-\x7e]|=/;

/** The relaxed rule: printable ASCII but `=`. */
export function envName(name: string): string[] {
  const messages: string[] = [];
  if (name === '') messages.push('environment variable name must be non-empty');
  if (NOT_PRINTABLE.test(name))
    messages.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  return messages;
}

export function validateEnv(container: JsonObject, path: string, errors: FieldError[]): void {
  objectsAt(container, 'env').forEach((variable, i) => {
    const at = index(path, i);
    const name = textAt(variable, 'name');
    if (name === '') errors.push(required(child(at, 'name')));
    else invalidEach(child(at, 'name'), name, envName(name), errors);
    const source = objectAt(variable, 'valueFrom');
    if (source) validateSource(source, textAt(variable, 'value'), child(at, 'valueFrom'), errors);
  });
}

const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

type Validate = (source: JsonObject, path: string, errors: FieldError[]) => void;
const SOURCES: readonly (readonly [string, Validate])[] = [
  ['fieldRef', (source, path, errors) => validateFieldRef(source, ENV_FIELDS, path, errors)],
  ['resourceFieldRef', (source, path, errors) => validateResourceFieldRef(source, false, path, errors)],
  ['configMapKeyRef', validateKeyRef],
  ['secretKeyRef', validateKeyRef],
  ['fileKeyRef', validateFileKeyRef],
];

function validateSource(source: JsonObject, value: string, path: string, errors: FieldError[]): void {
  let count = 0;
  for (const [name, validate] of SOURCES) {
    const reference = objectAt(source, name);
    if (!reference) continue;
    count++;
    validate(reference, child(path, name), errors);
  }
  if (count === 0) {
    const names = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalidValue(path, '', names));
  } else if (value !== '') {
    errors.push(invalidValue(path, '', 'may not be specified when `value` is not empty'));
  } else if (count > 1) {
    errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  }
}

/** Fields of a pod that a reference may name at all. */
const POD_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** `metadata.labels['a']` → its field and key. */
function splitSubscript(fieldPath: string): { field: string; key: string } | undefined {
  const open = fieldPath.indexOf("['");
  if (open < 1 || !fieldPath.endsWith("']") || open + 2 > fieldPath.length - 2) return undefined;
  return { field: fieldPath.slice(0, open), key: fieldPath.slice(open + 2, -2) };
}

/** `allowed` are the fields without subscript; labels and annotations may always be named one by one. */
export function validateFieldRef(reference: JsonObject, allowed: readonly string[], path: string, errors: FieldError[]): void {
  const version = textAt(reference, 'apiVersion');
  const fieldPath = textAt(reference, 'fieldPath');
  const field = child(path, 'fieldPath');
  const wrong = (problem: string): number => errors.push(invalidValue(field, fieldPath, `error converting fieldPath: ${problem}`));
  if (version === '') errors.push(required(child(path, 'apiVersion')));
  else if (fieldPath === '') errors.push(required(field));
  else if (version !== 'v1') wrong(`unsupported pod version: ${version}`);
  else {
    const subscript = splitSubscript(fieldPath);
    const name = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
    if (subscript?.field === 'metadata.annotations') {
      const key = subscript.key.toLowerCase();
      invalidEach(path, key, qualifiedName(key), errors);
    } else if (subscript?.field === 'metadata.labels') {
      invalidEach(path, subscript.key, qualifiedName(subscript.key), errors);
    } else if (subscript) {
      wrong(`field label does not support subscript: ${fieldPath}`);
    } else if (!POD_FIELDS.includes(name)) {
      wrong(`field label not supported: ${fieldPath}`);
    } else if (!allowed.includes(name)) {
      errors.push(notSupported(field, name, allowed));
    }
  }
}

const CONTAINER_RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const isHugePages = (resource: string): boolean => /^(limits|requests)\.hugepages-/.test(resource);

/** `volume`: a volume must say whose resources it means. */
export function validateResourceFieldRef(reference: JsonObject, volume: boolean, path: string, errors: FieldError[]): void {
  const resource = textAt(reference, 'resource');
  if (volume && textAt(reference, 'containerName') === '') errors.push(required(child(path, 'containerName')));
  else if (resource === '') errors.push(required(child(path, 'resource')));
  else if (!CONTAINER_RESOURCES.includes(resource) && !isHugePages(resource))
    errors.push(notSupported(child(path, 'resource'), resource, CONTAINER_RESOURCES));
  validateDivisor(resource, textAt(reference, 'divisor'), child(path, 'divisor'), errors);
}

const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

function validateDivisor(resource: string, divisor: string, field: string, errors: FieldError[]): void {
  if (divisor === '' || signOf(parseQuantity(divisor)) === 0) return;
  const allowed = (divisors: readonly string[], listed: string, of: string): void => {
    if (!divisors.includes(divisor))
      errors.push(invalidValue(field, resource, `only divisor's values ${listed} are supported with the ${of} resource`));
  };
  const name = resource.slice(resource.indexOf('.') + 1);
  if (name === 'cpu') allowed(['1m', '1'], '1m and 1', 'cpu');
  else if (name === 'memory') allowed(BYTE_DIVISORS, BYTE_DIVISORS.join(', '), 'memory');
  else if (name === 'ephemeral-storage') allowed(BYTE_DIVISORS, BYTE_DIVISORS.join(', '), 'local ephemeral storage');
  else if (isHugePages(resource)) allowed(BYTE_DIVISORS, BYTE_DIVISORS.join(', '), 'hugepages');
}

function validateKeyRef(reference: JsonObject, path: string, errors: FieldError[]): void {
  const name = textAt(reference, 'name');
  const key = textAt(reference, 'key');
  invalidEach(child(path, 'name'), name, dnsSubdomain(name), errors);
  if (key === '') errors.push(required(child(path, 'key')));
  else invalidEach(child(path, 'key'), key, configKey(key), errors);
}

function validateFileKeyRef(reference: JsonObject, path: string, errors: FieldError[]): void {
  const checked = (member: string, check: (value: string, field: string) => void): void => {
    const value = textAt(reference, member);
    if (value === '') errors.push(required(child(path, member)));
    else check(value, child(path, member));
  };
  checked('key', (key, field) => invalidEach(field, key, envName(key), errors));
  checked('volumeName', (name, field) => invalidEach(field, name, dnsLabel(name), errors));
  checked('path', (file, field) => validateNoBacksteps(file, field, errors));
}

/** Findings about the sources' number carry the path of the list, as in Kubernetes. */
export function validateEnvFrom(container: JsonObject, path: string, errors: FieldError[]): void {
  objectsAt(container, 'envFrom').forEach((source, i) => {
    const at = index(path, i);
    const prefix = textAt(source, 'prefix');
    if (prefix !== '') invalidEach(child(at, 'prefix'), prefix, envName(prefix), errors);
    const references = ['configMapRef', 'secretRef'].filter((name) => objectAt(source, name));
    for (const reference of references) {
      const name = textAt(objectAt(source, reference), 'name');
      const field = `${at}.${reference}.name`;
      if (name === '') errors.push(required(field));
      else invalidEach(field, name, dnsSubdomain(name.replace(/-$/, 'a')), errors);
    }
    if (references.length === 0) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (references.length > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  });
}
