/** `volumeMounts` and `volumeDevices` of containers. */
import { child, type FieldError, forbiddenField, index, invalidValue, notFoundValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { flagAt, objectAt, objectsAt, textAt } from '../members.js';
import { hasBacksteps, validateDescendingPath } from './paths.js';
import { isPrivileged } from './visit.js';

/** The valid volumes of a pod, by name. */
export type Volumes = ReadonlyMap<string, JsonObject>;

/** Last one wins, as in a Go map. */
const pathsByName = (container: JsonObject, list: string, member: string): Map<string, string> =>
  new Map(objectsAt(container, list).map((item) => [textAt(item, 'name'), textAt(item, member)]));

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];

function validatePropagation(mount: JsonObject, container: JsonObject, field: string, errors: FieldError[]): void {
  const propagation = mount['mountPropagation'];
  if (propagation === undefined) return;
  if (!PROPAGATIONS.includes(propagation as string)) errors.push(notSupported(field, propagation, PROPAGATIONS));
  if (propagation === 'Bidirectional' && !isPrivileged(container)) {
    errors.push(forbiddenField(field, 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

function validateRecursiveReadOnly(mount: JsonObject, field: string, errors: FieldError[]): void {
  const mode = mount['recursiveReadOnly'];
  if (mode === undefined || mode === 'Disabled') return;
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    errors.push(notSupported(field, mode, RECURSIVE));
    return;
  }
  if (!flagAt(mount, 'readOnly')) errors.push(forbiddenField(field, 'may only be specified when readOnly is true'));
  const propagation = mount['mountPropagation'];
  if (propagation !== undefined && propagation !== 'None') {
    errors.push(forbiddenField(field, 'may only be specified when mountPropagation is None or not specified'));
  }
}

/** Some paths lack the index, as in Kubernetes. */
export function validateVolumeMounts(container: JsonObject, volumes: Volumes, path: string, errors: FieldError[]): void {
  const devices = pathsByName(container, 'volumeDevices', 'devicePath');
  const devicePaths = new Set(devices.values());
  const mountPaths = new Set<string>();
  objectsAt(container, 'volumeMounts').forEach((mount, i) => {
    const at = index(path, i);
    const name = textAt(mount, 'name');
    const mountPath = textAt(mount, 'mountPath');
    if (name === '') errors.push(required(child(at, 'name')));
    if (!volumes.has(name)) errors.push(notFoundValue(child(at, 'name'), name));
    if (mountPath === '') errors.push(required(child(at, 'mountPath')));
    if (mountPaths.has(mountPath)) errors.push(invalidValue(child(at, 'mountPath'), mountPath, 'must be unique'));
    mountPaths.add(mountPath);
    if (devices.has(name)) errors.push(invalidValue(child(at, 'name'), name, 'must not already exist in volumeDevices'));
    if (devicePaths.has(mountPath))
      errors.push(invalidValue(child(at, 'mountPath'), mountPath, 'must not already exist as a path in volumeDevices'));
    validateSubPaths(mount, path, at, errors);
    validatePropagation(mount, container, child(path, 'mountPropagation'), errors);
    validateRecursiveReadOnly(mount, child(path, 'recursiveReadOnly'), errors);
  });
}

function validateSubPaths(mount: JsonObject, path: string, at: string, errors: FieldError[]): void {
  const subPath = textAt(mount, 'subPath');
  const expression = textAt(mount, 'subPathExpr');
  if (subPath !== '') validateDescendingPath(subPath, child(path, 'subPath'), errors);
  if (expression === '') return;
  if (subPath !== '') errors.push(invalidValue(child(at, 'subPathExpr'), expression, 'subPathExpr and subPath are mutually exclusive'));
  validateDescendingPath(expression, child(path, 'subPathExpr'), errors);
}

export function validateVolumeDevices(container: JsonObject, volumes: Volumes, path: string, errors: FieldError[]): void {
  const mounts = pathsByName(container, 'volumeMounts', 'mountPath');
  const mountPaths = new Set(mounts.values());
  const names = new Set<string>();
  const devicePaths = new Set<string>();
  objectsAt(container, 'volumeDevices').forEach((device, i) => {
    const at = index(path, i);
    const name = textAt(device, 'name');
    const devicePath = textAt(device, 'devicePath');
    const [nameField, pathField] = [child(at, 'name'), child(at, 'devicePath')];
    const volume = volumes.get(name);
    if (name === '') errors.push(required(nameField));
    if (names.has(name)) errors.push(invalidValue(nameField, name, 'must be unique'));
    if (volume && !objectAt(volume, 'persistentVolumeClaim') && !objectAt(volume, 'ephemeral'))
      errors.push(invalidValue(nameField, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    if (!volume) errors.push(notFoundValue(nameField, name));
    if (devicePath === '') errors.push(required(pathField));
    if (devicePaths.has(devicePath)) errors.push(invalidValue(pathField, devicePath, 'must be unique'));
    if (hasBacksteps(devicePath)) errors.push(invalidValue(pathField, devicePath, "can not contain backsteps ('..')"));
    else devicePaths.add(devicePath);
    if (mounts.has(name)) errors.push(invalidValue(nameField, name, 'must not already exist in volumeMounts'));
    if (mountPaths.has(devicePath)) errors.push(invalidValue(pathField, devicePath, 'must not already exist as a path in volumeMounts'));
    if (name !== '') names.add(name);
  });
}
