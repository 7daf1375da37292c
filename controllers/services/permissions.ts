/** What the controllers of a provider do beside reading what they watch. */
import type { Permission } from '../rbac.js';
import { resourceOf } from '../rbac.js';
import { servicesGroup } from './kinds.js';
import type { ProviderDefinition } from './provider.js';

export function providerPermissions({ name, order, bind, permissions = [] }: ProviderDefinition): Permission[] {
  const { group, version, kind, plural = resourceOf({ apiVersion: `${group}/${version}`, kind }) } = order;
  const services = (resource: string, ...verbs: string[]): Permission => ({ apiGroups: [servicesGroup], resources: [resource], verbs });
  return [
    { apiGroups: [group], resources: [plural], verbs: ['patch'] },
    { apiGroups: [group], resources: [`${plural}/status`], verbs: ['update'] },
    services('serviceusages', 'create', 'get', 'list', 'patch'),
    { ...services('serviceofferings', 'create', 'patch'), resourceNames: [name] },
    ...(bind
      ? [
          services('servicebindings', 'patch'),
          services('servicebindings/status', 'update'),
          { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'update'] },
        ]
      : []),
    ...permissions,
  ];
}
