/** The one source of a PersistentVolume; those that pods know too are checked as there. */
import { child, type FieldError, forbiddenField, invalidValue, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain } from '../../names.js';
import { invalidEach } from '../checks.js';
import { bytes, flagAt, numberAt, objectAt, textAt } from '../members.js';
import { validateNoBacksteps } from '../pods/paths.js';
import { needs, needsMonitors, sharedSources, validateCsiDriverName, validateIscsiName } from '../pods/volumes.js';

interface SourceContext {
  volumeName: string;
  hasNodeAffinity: boolean;
}

type ValidateSource = (source: JsonObject, path: string, errors: FieldError[], context: SourceContext) => void;

/** A secret of a volume needs a name and a namespace, where it is named at all. */
function validateSecret(source: JsonObject, member: string, path: string, errors: FieldError[]): void {
  const secret = objectAt(source, member);
  if (secret) needs('name', 'namespace')(secret, child(path, member), errors);
}

const glusterfs: ValidateSource = (source, path, errors) => {
  needs('endpoints', 'path')(source, path, errors);
  const namespace = source['endpointsNamespace'];
  if (namespace === undefined) return;
  const field = child(path, 'endpointsNamespace');
  if (namespace === '') errors.push(invalidValue(field, '', 'if the endpointnamespace is set, it must be a valid namespace name'));
  else invalidEach(field, namespace, dnsLabel(namespace as string), errors);
};

const rbd: ValidateSource = (source, path, errors) => {
  needsMonitors(source, path, errors);
  needs('image')(source, path, errors);
};

const INITIATOR_BYTES_MAX = 64;
const INITIATOR = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

const iscsi: ValidateSource = (source, path, errors, { volumeName }) => {
  const portal = textAt(source, 'targetPortal');
  const name = textAt(source, 'iqn');
  if (portal === '') errors.push(required(child(path, 'targetPortal')));
  if (name === '') errors.push(required(child(path, 'iqn')));
  else validateIscsiName(name, child(path, 'iqn'), errors);
  const lun = numberAt(source, 'lun') ?? 0;
  if (lun < 0 || lun > 255) errors.push(invalidValue(child(path, 'lun'), lun, 'must be between 0 and 255, inclusive'));
  const secret = objectAt(source, 'secretRef');
  if ((flagAt(source, 'chapAuthDiscovery') || flagAt(source, 'chapAuthSession')) && !secret)
    errors.push(required(child(path, 'secretRef')));
  if (secret && textAt(secret, 'name') === '') errors.push(required(`${path}.secretRef.name`));
  const initiator = source['initiatorName'] as string | undefined;
  if (initiator === undefined) return;
  if (bytes(`${volumeName}:${portal}`) > INITIATOR_BYTES_MAX) errors.push(invalidValue(child(path, 'targetportal'), portal, INITIATOR));
  validateIscsiName(initiator, child(path, 'initiatorname'), errors);
};

const cinder: ValidateSource = (source, path, errors) => {
  needs('volumeID')(source, path, errors);
  validateSecret(source, 'secretRef', path, errors);
};

const azureFile: ValidateSource = (source, path, errors) => {
  needs('secretName', 'shareName')(source, path, errors);
  if (source['secretNamespace'] === '') errors.push(required(child(path, 'secretNamespace')));
};

const local: ValidateSource = (source, path, errors, { hasNodeAffinity }) => {
  const directory = textAt(source, 'path');
  if (directory === '') errors.push(required(child(path, 'path')));
  else validateNoBacksteps(directory, child(path, 'path'), errors);
  if (!hasNodeAffinity) errors.push(required(path.replace(/local$/, 'nodeAffinity'), 'Local volume requires node affinity'));
};

const storageOs: ValidateSource = (source, path, errors) => {
  const name = textAt(source, 'volumeName');
  const namespace = textAt(source, 'volumeNamespace');
  if (name === '') errors.push(required(child(path, 'volumeName')));
  else invalidEach(child(path, 'volumeName'), name, dnsLabel(name), errors);
  if (namespace !== '') invalidEach(child(path, 'volumeNamespace'), namespace, dnsLabel(namespace), errors);
  validateSecret(source, 'secretRef', path, errors);
};

function validateCsiSecret(source: JsonObject, member: string, path: string, errors: FieldError[]): void {
  const secret = objectAt(source, member);
  if (!secret) return;
  const [name, namespace] = [textAt(secret, 'name'), textAt(secret, 'namespace')];
  const at = child(path, member);
  if (name === '') errors.push(required(child(at, 'name')));
  else invalidEach(child(at, 'name'), name, dnsSubdomain(name), errors);
  if (namespace === '') errors.push(required(child(at, 'namespace')));
  else invalidEach(child(at, 'namespace'), namespace, dnsLabel(namespace), errors);
}

const csi: ValidateSource = (source, path, errors) => {
  validateCsiDriverName(textAt(source, 'driver'), child(path, 'driver'), errors);
  if (textAt(source, 'volumeHandle') === '') errors.push(required(child(path, 'volumeHandle')));
  for (const member of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'])
    validateCsiSecret(source, member, path, errors);
};

interface Source {
  type: string;
  validate: ValidateSource;
  path?: string;
  /** Of the finding that there are two sources; '' where Kubernetes has none. */
  secondPath?: string;
}

const shared = (type: string): Source => ({
  type,
  validate: (source, path, errors, { volumeName }) => sharedSources[type]!(source, path, errors, volumeName),
});

/** In the order in which Kubernetes looks for them. */
const SOURCES: readonly Source[] = [
  shared('hostPath'),
  { ...shared('gcePersistentDisk'), path: 'persistentDisk', secondPath: 'gcePersistentDisk' },
  shared('awsElasticBlockStore'),
  { type: 'glusterfs', validate: glusterfs },
  shared('flocker'),
  shared('nfs'),
  { type: 'rbd', validate: rbd },
  shared('quobyte'),
  { type: 'cephfs', validate: needsMonitors, secondPath: 'cephFS' },
  { type: 'iscsi', validate: iscsi },
  { type: 'cinder', validate: cinder },
  shared('fc'),
  { ...shared('flexVolume'), secondPath: '' },
  { type: 'azureFile', validate: azureFile },
  shared('vsphereVolume'),
  shared('photonPersistentDisk'),
  shared('portworxVolume'),
  shared('azureDisk'),
  shared('scaleIO'),
  { type: 'local', validate: local },
  { type: 'storageos', validate: storageOs },
  { type: 'csi', validate: csi },
];

export const SOURCE_TYPES: readonly string[] = SOURCES.map(({ type }) => type);

/** Exactly one source, and it is in order. `path` is that of the spec. */
export function validateVolumeSource(spec: JsonObject, path: string, context: SourceContext, errors: FieldError[]): void {
  let found = 0;
  for (const { type, validate, path: own = type, secondPath = own } of SOURCES) {
    const source = objectAt(spec, type);
    if (!source) continue;
    if (found++ > 0 && secondPath !== '') errors.push(forbiddenField(child(path, secondPath), 'may not specify more than 1 volume type'));
    else validate(source, child(path, own), errors, context);
  }
  if (found === 0) errors.push(required(path, 'must specify a volume type'));
}
