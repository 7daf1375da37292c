/** Who may name owners, and who may hold up their deletion (C7.1); off unless switched on. */
import { parseApiVersion } from '../../schemas/group-version.js';
import { equal, type JsonValue } from '../../schemas/json-value.js';
import { metaOf, type OwnerReference } from '../../schemas/object-meta.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import type { Decision } from '../auth/authorizer.js';
import { isNamespaced } from '../resource.js';
import { denial } from './denial.js';

const NO_DELETE = "cannot set an ownerRef on a resource you can't delete";
const NO_FINALIZERS = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on";

export const ownerReferencesPermissionEnforcement: AdmissionPlugin = {
  name: 'OwnerReferencesPermissionEnforcement',
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    const { object, oldObject, operation, subresource } = attributes;
    if (!object || subresource === 'status' || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
    const references = metaOf(object).ownerReferences ?? [];
    const before = (oldObject && metaOf(oldObject).ownerReferences) ?? [];
    if (equal(references as unknown as JsonValue, before as unknown as JsonValue)) return;
    return check(attributes, references, before);
  },
};

async function check(attributes: Attributes, references: readonly OwnerReference[], before: readonly OwnerReference[]): Promise<void> {
  if (attributes.operation === 'UPDATE') {
    const { resource, namespace, name } = attributes;
    refuseUnless(attributes, await ask(attributes, 'delete', { ...resource.gr, subresource: '', namespace, name }), NO_DELETE);
  }
  const blockedBefore = new Set(before.filter((owner) => owner.blockOwnerDeletion).map(({ uid }) => uid));
  for (const owner of references) {
    if (!owner.blockOwnerDeletion || blockedBefore.has(owner.uid)) continue;
    const resource = attributes.api.registry.findKind(attributes.cluster, owner.apiVersion, owner.kind);
    if (!resource) {
      const { group } = parseApiVersion(owner.apiVersion) ?? { group: '' };
      const kind = `${owner.kind}${group && `.${group}`}`;
      throw denial(
        attributes,
        `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: no matches for kind "${kind}" in version "${owner.apiVersion}"`,
      );
    }
    const namespace = isNamespaced(resource) ? attributes.namespace : '';
    const about = { ...resource.gr, subresource: 'finalizers', namespace, name: owner.name };
    refuseUnless(attributes, await ask(attributes, 'update', about), NO_FINALIZERS);
  }
}

function refuseUnless(attributes: Attributes, { allowed, reason, error }: Decision, why: string): void {
  if (!allowed) throw denial(attributes, `${why}: ${reason}, ${error ?? '<nil>'}`);
}

async function ask(
  { api, cluster, user }: Attributes,
  verb: string,
  about: { group: string; resource: string; subresource: string; namespace: string; name: string },
): Promise<Decision> {
  return api.authorizer.authorize({ isResource: true, version: '*', path: '', ...about, cluster, user, verb });
}
