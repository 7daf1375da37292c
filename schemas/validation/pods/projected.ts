/** Volumes made of files: items of config maps and secrets, the downward API, projections of several sources. */
import { child, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain } from '../../names.js';
import { validateAnnotations } from '../../object-meta.js';
import { invalidEach } from '../checks.js';
import { coreForm } from '../go-form.js';
import { printedSelector, validateLabelSelector } from '../label-selector.js';
import { numberAt, objectAt, objectsAt, textAt } from '../members.js';
import { isKubernetesSigner, validateSignerName } from '../signer-name.js';
import { validateFieldRef, validateResourceFieldRef } from './env.js';
import type { PodOptions } from './options.js';
import { validateLocalPath } from './paths.js';

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

export function validateFileMode(owner: JsonObject, member: string, path: string, errors: FieldError[]): void {
  const mode = numberAt(owner, member);
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalidValue(child(path, member), mode, MODE));
}

/** `items`: keys and the paths to which they go. */
export function validateItems(source: JsonObject, path: string, errors: FieldError[]): void {
  objectsAt(source, 'items').forEach((item, i) => {
    validateItem(item, index(path, i), errors);
  });
}

function validateItem(item: JsonObject, path: string, errors: FieldError[]): void {
  for (const member of ['key', 'path']) if (textAt(item, member) === '') errors.push(required(child(path, member)));
  validateLocalPath(textAt(item, 'path'), child(path, 'path'), errors);
  validateFileMode(item, 'mode', path, errors);
}

const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

/** `path` is that of the volume, not of the item, as in Kubernetes. */
export function validateDownwardApiFile(file: JsonObject, path: string, errors: FieldError[]): void {
  if (textAt(file, 'path') === '') errors.push(required(child(path, 'path')));
  validateLocalPath(textAt(file, 'path'), child(path, 'path'), errors);
  const field = objectAt(file, 'fieldRef');
  const resource = objectAt(file, 'resourceFieldRef');
  if (field) {
    validateFieldRef(field, VOLUME_FIELDS, child(path, 'fieldRef'), errors);
    if (resource) errors.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (resource) validateResourceFieldRef(resource, true, child(path, 'resourceFieldRef'), errors);
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  validateFileMode(file, 'mode', path, errors);
}

/** Finds paths that two sources of a projection write. */
class TakenPaths {
  readonly #taken = new Set<string>();
  constructor(
    readonly field: string,
    readonly errors: FieldError[],
  ) {}
  /** `printed` is the value of the finding. */
  take(path: string, printed: string): void {
    if (this.#taken.has(path)) this.errors.push(invalidValue(this.field, printed, 'conflicting duplicate paths'));
    this.#taken.add(path);
  }
}

type ValidateProjection = (source: JsonObject, path: string, taken: TakenPaths, options: PodOptions, errors: FieldError[]) => void;

const keys: ValidateProjection = (source, path, taken, _options, errors) => {
  const name = textAt(source, 'name');
  if (name === '') errors.push(required(child(path, 'name')));
  objectsAt(source, 'items').forEach((item, i) => {
    validateItem(item, index(child(path, 'items'), i), errors);
    const to = textAt(item, 'path');
    if (to !== '') taken.take(to, name);
  });
};

const downwardApi: ValidateProjection = (source, path, taken, _options, errors) => {
  for (const file of objectsAt(source, 'items')) {
    validateDownwardApiFile(file, path, errors);
    const to = textAt(file, 'path');
    if (to !== '') taken.take(to, to);
  }
};

const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;

/** The findings on `path` carry the path of the volume, as in Kubernetes. */
const serviceAccountToken: ValidateProjection = (source, path, taken, options, errors) => {
  const seconds = numberAt(source, 'expirationSeconds') ?? 0;
  const field = child(path, 'expirationSeconds');
  if (seconds < TOKEN_SECONDS_MIN) errors.push(invalidValue(field, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > TOKEN_SECONDS_MAX) errors.push(invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
  const to = textAt(source, 'path');
  if (to === '') errors.push(required(child(taken.field, 'path')));
  else if (!options.allowNonLocalTokenPaths) validateLocalPath(to, child(taken.field, 'path'), errors);
};

/** The name of a bundle: of a signer (`a.example:b:x`), or of nobody. */
export function bundleName(name: string): string[] {
  const end = name.lastIndexOf(':');
  return dnsSubdomain(end < 0 ? name : name.slice(end + 1));
}

const clusterTrustBundle: ValidateProjection = (source, path, taken, _options, errors) => {
  const name = source['name'] as string | undefined;
  const signer = source['signerName'] as string | undefined;
  if (name !== undefined && signer !== undefined) {
    errors.push(invalidValue(path, coreForm('ClusterTrustBundleProjection', source), 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (name === '') errors.push(required(child(path, 'name'), 'must be a valid object name'));
    invalidEach(
      child(path, 'name'),
      name,
      bundleName(name).map((message) => `not a valid clustertrustbundlename: ${message}`),
      errors,
    );
    const selector = objectAt(source, 'labelSelector');
    if (selector)
      errors.push(
        invalidValue(child(path, 'labelSelector'), printedSelector(selector), 'labelSelector must be unset if name is specified'),
      );
  } else if (signer !== undefined) {
    if (signer === '') errors.push(required(child(path, 'signerName'), 'must be a valid signer name'));
    validateSignerName(signer, child(path, 'signerName'), errors);
    validateLabelSelector(objectAt(source, 'labelSelector'), child(path, 'labelSelector'), errors);
  } else {
    errors.push(required(path, 'either name or signerName must be specified'));
  }
  const to = textAt(source, 'path');
  if (to === '') errors.push(required(child(path, 'path')));
  validateLocalPath(to, child(path, 'path'), errors);
  taken.take(to, to);
};

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];
const CERTIFICATE_SECONDS_MIN = 3600;
const CERTIFICATE_SECONDS_MAX = 91 * 86400;
const KUBERNETES_CERTIFICATE_SECONDS_MAX = 86400;

const podCertificate: ValidateProjection = (source, path, taken, _options, errors) => {
  const signer = textAt(source, 'signerName');
  validateSignerName(signer, child(path, 'signerName'), errors);
  errors.push(...validateAnnotations(source['userAnnotations'] as Record<string, string> | undefined, child(path, 'userAnnotations')));
  const keyType = textAt(source, 'keyType');
  if (!KEY_TYPES.includes(keyType)) errors.push(notSupported(child(path, 'keyType'), keyType, KEY_TYPES));
  const seconds = numberAt(source, 'maxExpirationSeconds');
  const max = isKubernetesSigner(signer) ? KUBERNETES_CERTIFICATE_SECONDS_MAX : CERTIFICATE_SECONDS_MAX;
  const outside = (relation: string): number =>
    errors.push(invalidValue(child(path, 'maxExpirationSeconds'), seconds, `if provided, maxExpirationSeconds must be ${relation}`));
  if (seconds !== undefined && seconds < CERTIFICATE_SECONDS_MIN) outside(`>= ${CERTIFICATE_SECONDS_MIN}`);
  if (seconds !== undefined && seconds > max) outside(`<= ${max}`);
  const members = ['credentialBundlePath', 'keyPath', 'certificateChainPath'].filter((member) => textAt(source, member) !== '');
  for (const member of members) {
    const to = textAt(source, member);
    validateLocalPath(to, child(path, member), errors);
    taken.take(to, to);
  }
  if (members.length === 0) errors.push(required(path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'));
};

const PROJECTIONS: readonly (readonly [string, ValidateProjection])[] = [
  ['secret', keys],
  ['configMap', keys],
  ['downwardAPI', downwardApi],
  ['serviceAccountToken', serviceAccountToken],
  ['clusterTrustBundle', clusterTrustBundle],
  ['podCertificate', podCertificate],
];

export function validateProjected(volume: JsonObject, path: string, options: PodOptions, errors: FieldError[]): void {
  validateFileMode(volume, 'defaultMode', path, errors);
  const taken = new TakenPaths(path, errors);
  objectsAt(volume, 'sources').forEach((source, i) => {
    const at = index(child(path, 'sources'), i);
    let found = 0;
    for (const [type, validate] of PROJECTIONS) {
      const projection = objectAt(source, type);
      if (!projection) continue;
      found++;
      validate(projection, child(at, type), taken, options, errors);
    }
    if (found > 1) errors.push(forbiddenField(at, 'may not specify more than 1 volume type per source'));
  });
}
