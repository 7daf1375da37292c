/** Claims and ingresses that name no class get the default one, the newest where there are several. */
import type { GroupResource } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { made, objectAt } from '../../schemas/validation/members.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { listStored } from './stored.js';
import { concerns } from './subject.js';

interface ClassDefault {
  plugin: string;
  object: GroupResource;
  /** Where the class is named; the annotation is the older way. */
  member: string;
  annotation: string;
  classes: GroupResource;
  marks: readonly string[];
}

function defaultClass({ plugin, object, member, annotation, classes, marks }: ClassDefault): AdmissionPlugin {
  return {
    name: plugin,
    operations: ['CREATE'],
    admit(attributes) {
      if (!concerns(attributes, object.group, object.resource, ['CREATE'])) return;
      const created = attributes.object!;
      if (objectAt(created, 'spec')?.[member] !== undefined || metaOf(created).annotations?.[annotation] !== undefined) return;
      const found = newest(attributes, classes, marks);
      if (found) made(created, 'spec')[member] = metaOf(found).name!;
    },
  };
}

function newest(attributes: Attributes, classes: GroupResource, marks: readonly string[]): JsonObject | undefined {
  const isDefault = (object: JsonObject): boolean => marks.some((mark) => metaOf(object).annotations?.[mark] === 'true');
  const [first] = listStored(attributes, classes, '')
    .filter(isDefault)
    .sort((a, b) => {
      const [left, right] = [metaOf(a), metaOf(b)];
      if (left.creationTimestamp !== right.creationTimestamp) return left.creationTimestamp! > right.creationTimestamp! ? -1 : 1;
      return left.name! < right.name! ? -1 : 1;
    });
  return first;
}

export const defaultStorageClass = defaultClass({
  plugin: 'DefaultStorageClass',
  object: { group: '', resource: 'persistentvolumeclaims' },
  member: 'storageClassName',
  annotation: 'volume.beta.kubernetes.io/storage-class',
  classes: { group: 'storage.k8s.io', resource: 'storageclasses' },
  marks: ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'],
});

export const defaultIngressClass = defaultClass({
  plugin: 'DefaultIngressClass',
  object: { group: 'networking.k8s.io', resource: 'ingresses' },
  member: 'ingressClassName',
  annotation: 'kubernetes.io/ingress.class',
  classes: { group: 'networking.k8s.io', resource: 'ingressclasses' },
  marks: ['ingressclass.kubernetes.io/is-default-class'],
});
