/** `volumes` of a pod: one source each, of some thirty types. */
import {
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  goQuote,
  index,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain } from '../../names.js';
import { parseQuantity, signOf } from '../../quantity.js';
import { invalidEach, oneOf } from '../checks.js';
import { bytes, entriesAt, flagAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { validateClaimTemplate } from '../persistent-volume-claim-spec.js';
import { validatePullPolicy } from './containers.js';
import { type PodOptions, podOptions } from './options.js';
import { validateDescendingPath, validateNoBacksteps } from './paths.js';
import { validateDownwardApiFile, validateFileMode, validateItems, validateProjected } from './projected.js';

interface VolumeContext {
  volumeName: string;
  /** Of a pod that has a name already; '' else. */
  podName: string;
  options: PodOptions;
}

type ValidateSource = (source: JsonObject, path: string, errors: FieldError[], context: VolumeContext) => void;

/** A source whose only demand is that some members are there. */
export const needs =
  (...members: string[]): ((source: JsonObject, path: string, errors: FieldError[]) => void) =>
  (source, path, errors) => {
    for (const member of members) if (textAt(source, member) === '') errors.push(required(child(path, member)));
  };

export const needsMonitors = (source: JsonObject, path: string, errors: FieldError[]): void => {
  if (textsAt(source, 'monitors').length === 0) errors.push(required(child(path, 'monitors')));
};

/** A reference to a secret that must have a name, where it is there. */
const secretName: ValidateSource = (source, path, errors) => {
  const reference = objectAt(source, 'secretRef');
  if (reference && textAt(reference, 'name') === '') errors.push(required(`${path}.secretRef.name`));
};

const all =
  (...checks: ValidateSource[]): ValidateSource =>
  (source, path, errors, context) => {
    for (const check of checks) check(source, path, errors, context);
  };

const inRange = (value: number, max: number): boolean => value >= 0 && value <= max;

const partition: ValidateSource = (source, path, errors) => {
  const value = numberAt(source, 'partition') ?? 0;
  if (!inRange(value, 255)) errors.push(invalidValue(child(path, 'partition'), value, 'must be between 1 and 255, inclusive'));
};

const LUN_RANGE = 'must be between 0 and 255, inclusive';
const ISCSI_FORMS: readonly (readonly [string, RegExp])[] = [
  ['iqn', /iqn\.[0-9]{4}-[0-9]{2}\.[-.A-Za-z0-9]+:[^,;*&$|\s]+$/],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

/** Name of a target or an initiator. */
export function validateIscsiName(name: string, field: string, errors: FieldError[], words = 'must be valid format'): void {
  const form = ISCSI_FORMS.find(([prefix]) => name.startsWith(prefix));
  if (!form) errors.push(invalidValue(field, name, words));
  else if (!form[1].test(name)) errors.push(invalidValue(field, name, 'must be valid format'));
}

const ISCSI_WORDS = 'must be valid format starting with iqn, eui, or naa';

const iscsi: ValidateSource = (source, path, errors, { volumeName }) => {
  if (textAt(source, 'targetPortal') === '') errors.push(required(child(path, 'targetPortal')));
  if (textAt(source, 'iqn') === '') errors.push(required(child(path, 'iqn')));
  else validateIscsiName(textAt(source, 'iqn'), child(path, 'iqn'), errors, ISCSI_WORDS);
  const lun = numberAt(source, 'lun') ?? 0;
  if (!inRange(lun, 255)) errors.push(invalidValue(child(path, 'lun'), lun, LUN_RANGE));
  if ((flagAt(source, 'chapAuthDiscovery') || flagAt(source, 'chapAuthSession')) && !objectAt(source, 'secretRef'))
    errors.push(required(child(path, 'secretRef')));
  const initiator = source['initiatorName'] as string | undefined;
  if (initiator === undefined) return;
  validateIscsiName(initiator, child(path, 'initiatorname'), errors, ISCSI_WORDS);
  if (bytes(`${volumeName}:${textAt(source, 'targetPortal')}`) > 64)
    errors.push(
      invalidValue(
        path.replace(/iscsi$/, 'name'),
        volumeName,
        'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
      ),
    );
};

const flocker: ValidateSource = (source, path, errors) => {
  const [name, uuid] = [textAt(source, 'datasetName'), textAt(source, 'datasetUUID')];
  if (name === '' && uuid === '') errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (name !== '' && uuid !== '')
    errors.push(invalidValue(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (name.includes('/')) errors.push(invalidValue(child(path, 'datasetName'), name, "must not contain '/'"));
};

const fibreChannel: ValidateSource = (source, path, errors) => {
  const names = textsAt(source, 'targetWWNs');
  const ids = textsAt(source, 'wwids');
  const field = child(path, 'targetWWNs');
  if (names.length === 0 && ids.length === 0) errors.push(required(field, 'must specify either targetWWNs or wwids, but not both'));
  if (names.length > 0 && ids.length > 0)
    errors.push(invalidValue(field, names, 'targetWWNs and wwids can not be specified simultaneously'));
  if (names.length === 0) return;
  const lun = numberAt(source, 'lun');
  if (lun === undefined) errors.push(required(child(path, 'lun'), 'lun is required if targetWWNs is specified'));
  else if (!inRange(lun, 255)) errors.push(invalidValue(child(path, 'lun'), lun, LUN_RANGE));
};

const HOST_PORT = 'must be a host:port pair or multiple pairs separated by commas';
const isHostPort = (pair: string): boolean => /^(\[[^[\]]*\]|[^[\]:]*):[^[\]:]*$/.test(pair);

const quobyte: ValidateSource = (source, path, errors) => {
  const registry = textAt(source, 'registry');
  if (registry === '') errors.push(required(child(path, 'registry'), HOST_PORT));
  else if (bytes(textAt(source, 'tenant')) >= 65)
    errors.push(required(child(path, 'tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  else
    for (const pair of registry.split(',')) if (!isHostPort(pair)) errors.push(invalidValue(child(path, 'registry'), registry, HOST_PORT));
  if (textAt(source, 'volume') === '') errors.push(required(child(path, 'volume')));
};

const flexVolume: ValidateSource = (source, path, errors) => {
  if (textAt(source, 'driver') === '') errors.push(required(child(path, 'driver')));
  for (const [key] of entriesAt(source, 'options')) {
    const namespace = `.${key.split('/')[0]!.toLowerCase()}`;
    if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io'))
      errors.push(invalidValue(index(child(path, 'options'), key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
  }
};

const MANAGED_DISK = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB_DISK = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

const azureDisk: ValidateSource = (source, path, errors) => {
  const uri = textAt(source, 'diskURI');
  const kind = source['kind'];
  for (const member of ['diskName', 'diskURI']) if (textAt(source, member) === '') errors.push(required(child(path, member)));
  if (source['cachingMode'] !== undefined)
    oneOf(child(path, 'cachingMode'), textAt(source, 'cachingMode'), ['None', 'ReadOnly', 'ReadWrite'], errors);
  if (kind === undefined) return;
  oneOf(child(path, 'kind'), textAt(source, 'kind'), ['Dedicated', 'Managed', 'Shared'], errors);
  if (kind === 'Managed' && !uri.startsWith('/subscriptions/')) errors.push(notSupported(child(path, 'diskURI'), uri, [MANAGED_DISK]));
  if (kind !== 'Managed' && !uri.startsWith('https://')) errors.push(notSupported(child(path, 'diskURI'), uri, [BLOB_DISK]));
};

const storageOs: ValidateSource = (source, path, errors, context) => {
  const name = textAt(source, 'volumeName');
  const namespace = textAt(source, 'volumeNamespace');
  if (name === '') errors.push(required(child(path, 'volumeName')));
  else invalidEach(child(path, 'volumeName'), name, dnsLabel(name), errors);
  if (namespace !== '') invalidEach(child(path, 'volumeNamespace'), namespace, dnsLabel(namespace), errors);
  secretName(source, path, errors, context);
};

const DRIVER_BYTES_MAX = 63;

/** Name of a CSI driver. */
export function validateCsiDriverName(driver: string, field: string, errors: FieldError[]): void {
  if (driver === '') {
    errors.push(required(field));
    return;
  }
  if (bytes(driver) > DRIVER_BYTES_MAX) errors.push(tooLong(field, DRIVER_BYTES_MAX));
  invalidEach(field, driver, dnsSubdomain(driver.toLowerCase()), errors);
}

const csi: ValidateSource = (source, path, errors) => {
  validateCsiDriverName(textAt(source, 'driver'), child(path, 'driver'), errors);
  const secret = objectAt(source, 'nodePublishSecretRef');
  if (!secret) return;
  const name = textAt(secret, 'name');
  if (name === '') errors.push(required(`${path}.nodePublishSecretRef.name`));
  else invalidEach(child(path, 'name'), name, dnsSubdomain(name), errors);
};

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

const hostPath: ValidateSource = (source, path, errors) => {
  const file = textAt(source, 'path');
  if (file === '') {
    errors.push(required(child(path, 'path')));
    return;
  }
  validateNoBacksteps(file, child(path, 'path'), errors);
  if (source['type'] !== undefined) oneOf(child(path, 'type'), textAt(source, 'type'), HOST_PATH_TYPES, errors);
};

const nfs: ValidateSource = (source, path, errors) => {
  const directory = textAt(source, 'path');
  if (textAt(source, 'server') === '') errors.push(required(child(path, 'server')));
  if (directory === '') errors.push(required(child(path, 'path')));
  if (!directory.startsWith('/')) errors.push(invalidValue(child(path, 'path'), directory, 'must be an absolute path'));
};

/** A secret or config map as files; `name` is the member that names it. */
const files =
  (name: string): ValidateSource =>
  (source, path, errors) => {
    if (textAt(source, name) === '') errors.push(required(child(path, name)));
    validateFileMode(source, 'defaultMode', path, errors);
    validateItems(source, child(path, 'items'), errors);
  };

const emptyDir: ValidateSource = (source, path, errors) => {
  const limit = source['sizeLimit'];
  if (limit !== undefined && signOf(parseQuantity(limit as string)) < 0)
    errors.push(forbiddenField(child(path, 'sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
};

const ephemeral: ValidateSource = (source, path, errors, { podName, volumeName }) => {
  const template = objectAt(source, 'volumeClaimTemplate');
  if (template) validateClaimTemplate(template, child(path, 'volumeClaimTemplate'), errors);
  else errors.push(required(child(path, 'volumeClaimTemplate')));
  if (podName === '' || volumeName === '') return;
  const claim = `${podName}-${volumeName}`;
  for (const message of dnsSubdomain(claim))
    errors.push(invalidValue(path.replace(/ephemeral$/, 'name'), volumeName, `PVC name ${goQuote(claim)}: ${message}`));
};

/** Type, its check, and where Kubernetes' path differs from the type's name. */
interface Source {
  type: string;
  validate: ValidateSource;
  path?: string;
  /** Of the finding that there are two sources. */
  secondPath?: string;
}

/** In the order in which Kubernetes looks for them. */
const SOURCES: readonly Source[] = [
  { type: 'emptyDir', validate: emptyDir },
  { type: 'hostPath', validate: hostPath },
  {
    type: 'gitRepo',
    validate: all(needs('repository'), (source, path, errors) =>
      validateDescendingPath(textAt(source, 'directory'), child(path, 'directory'), errors),
    ),
  },
  { type: 'gcePersistentDisk', validate: all(needs('pdName'), partition), path: 'persistentDisk', secondPath: 'gcePersistentDisk' },
  { type: 'awsElasticBlockStore', validate: all(needs('volumeID'), partition) },
  { type: 'secret', validate: files('secretName') },
  { type: 'nfs', validate: nfs },
  { type: 'iscsi', validate: iscsi },
  { type: 'glusterfs', validate: needs('endpoints', 'path') },
  { type: 'flocker', validate: flocker },
  { type: 'persistentVolumeClaim', validate: needs('claimName') },
  { type: 'rbd', validate: all(needsMonitors, needs('image')) },
  { type: 'cinder', validate: all(needs('volumeID'), secretName) },
  { type: 'cephfs', validate: needsMonitors, secondPath: 'cephFS' },
  { type: 'quobyte', validate: quobyte },
  {
    type: 'downwardAPI',
    validate: (source, path, errors) => {
      validateFileMode(source, 'defaultMode', path, errors);
      for (const file of objectsAt(source, 'items')) validateDownwardApiFile(file, path, errors);
    },
    secondPath: 'downwarAPI',
  },
  { type: 'fc', validate: fibreChannel },
  { type: 'flexVolume', validate: flexVolume },
  { type: 'configMap', validate: files('name') },
  { type: 'azureFile', validate: needs('secretName', 'shareName') },
  { type: 'vsphereVolume', validate: needs('volumePath') },
  { type: 'photonPersistentDisk', validate: needs('pdID') },
  { type: 'portworxVolume', validate: needs('volumeID') },
  { type: 'azureDisk', validate: azureDisk },
  { type: 'storageos', validate: storageOs },
  { type: 'projected', validate: (source, path, errors, { options }) => validateProjected(source, path, options, errors) },
  { type: 'scaleIO', validate: needs('gateway', 'system', 'volumeName') },
  { type: 'csi', validate: csi },
  { type: 'ephemeral', validate: ephemeral },
  {
    type: 'image',
    validate: (source, path, errors, { options }) => {
      if (options.isPod && textAt(source, 'reference') === '') errors.push(required(child(path, 'reference')));
      validatePullPolicy(textAt(source, 'pullPolicy'), child(path, 'pullPolicy'), errors);
    },
  },
];

/** The sources that PersistentVolumes check as pods do, by type. */
export const sharedSources: Readonly<Record<string, (source: JsonObject, path: string, errors: FieldError[], volumeName: string) => void>> =
  Object.fromEntries(
    SOURCES.map(({ type, validate }) => [
      type,
      (source, path, errors, volumeName) => validate(source, path, errors, { volumeName, podName: '', options: podOptions(false) }),
    ]),
  );

function validateSource(volume: JsonObject, path: string, context: VolumeContext, errors: FieldError[]): void {
  let found = 0;
  for (const { type, validate, path: own = type, secondPath = own } of SOURCES) {
    const source = objectAt(volume, type);
    if (!source) continue;
    if (found++ > 0) errors.push(forbiddenField(child(path, secondPath), 'may not specify more than 1 volume type'));
    else validate(source, child(path, own), errors, context);
  }
  if (found === 0) errors.push(required(path, 'must specify a volume type'));
}

/** Returns the volumes without findings, by name: only those can be mounted. `podName` is '' in templates. */
export function validateVolumes(
  spec: JsonObject,
  podName: string,
  path: string,
  options: PodOptions,
  errors: FieldError[],
): Map<string, JsonObject> {
  const valid = new Map<string, JsonObject>();
  const volumes = objectsAt(spec, 'volumes');
  const madeClaims = new Set(
    podName === '' ? [] : volumes.filter((each) => objectAt(each, 'ephemeral')).map((each) => `${podName}-${textAt(each, 'name')}`),
  );
  volumes.forEach((volume, i) => {
    const at = index(path, i);
    const name = textAt(volume, 'name');
    const before = errors.length;
    validateSource(volume, at, { volumeName: name, podName, options }, errors);
    if (name === '') errors.push(required(child(at, 'name')));
    else invalidEach(child(at, 'name'), name, dnsLabel(name), errors);
    if (valid.has(name)) errors.push(duplicate(child(at, 'name'), name));
    if (errors.length === before) valid.set(name, volume);
    const claim = textAt(objectAt(volume, 'persistentVolumeClaim'), 'claimName');
    if (claim !== '' && madeClaims.has(claim))
      errors.push(
        invalidValue(`${at}.persistentVolumeClaim.claimName`, claim, 'must not reference a PVC that gets created for an ephemeral volume'),
      );
  });
  return valid;
}
