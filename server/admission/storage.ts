/** Volumes and claims stay while they are used, and claims grow only where their class lets them. */
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { compareQuantities, parseQuantity, type Quantity } from '../../schemas/quantity.js';
import { objectAt, textAt } from '../../schemas/validation/members.js';
import type { AdmissionPlugin } from '../admission.js';
import { denial } from './denial.js';
import { findStored } from './stored.js';
import { concerns } from './subject.js';

const STORAGE = 'storage.k8s.io';

const PROTECTED: readonly { group: string; plural: string; finalizer: string }[] = [
  { group: '', plural: 'persistentvolumes', finalizer: 'kubernetes.io/pv-protection' },
  { group: '', plural: 'persistentvolumeclaims', finalizer: 'kubernetes.io/pvc-protection' },
  { group: STORAGE, plural: 'volumeattributesclasses', finalizer: 'kubernetes.io/vac-protection' },
];

/** The controller `storage-protection` takes the finalizers away again (C1.7). */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  operations: ['CREATE'],
  admit(attributes) {
    for (const { group, plural, finalizer } of PROTECTED) {
      if (!concerns(attributes, group, plural, ['CREATE'])) continue;
      const meta = metaOf(attributes.object!);
      if (!meta.finalizers?.includes(finalizer)) meta.finalizers = [...(meta.finalizers ?? []), finalizer];
    }
  },
};

const STORAGE_CLASSES = { group: STORAGE, resource: 'storageclasses' };

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  operations: ['UPDATE'],
  validate(attributes) {
    if (!concerns(attributes, '', 'persistentvolumeclaims', ['UPDATE'])) return;
    const { object, oldObject } = attributes;
    if (compareQuantities(sizeOf(object!), sizeOf(oldObject!)) <= 0) return;
    if (textAt(objectAt(oldObject, 'status'), 'phase') !== 'Bound')
      throw denial(attributes, 'Only bound persistent volume claims can be expanded');
    const [name, before] = [classOf(object!), classOf(oldObject!)];
    const found = name === before ? findStored(attributes, STORAGE_CLASSES, '', name) : undefined;
    if (found?.['allowVolumeExpansion'] !== true)
      throw denial(
        attributes,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
  },
};

function sizeOf(claim: JsonObject): Quantity {
  const size = objectAt(objectAt(objectAt(claim, 'spec'), 'resources'), 'requests')?.['storage'];
  return parseQuantity(size === undefined ? '0' : String(size));
}

function classOf(claim: JsonObject): string {
  return metaOf(claim).annotations?.['volume.beta.kubernetes.io/storage-class'] ?? textAt(objectAt(claim, 'spec'), 'storageClassName');
}
