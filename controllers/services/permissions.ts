/** What the controllers of a provider do beside reading what they watch. */
import type { Permission } from '../permission.js';
import { resourceOf } from '../rbac.js';
import type { KindManifest } from '../kind.js';
import { servicesGroup } from './kinds.js';
import { orderKindOf, type ProviderDefinition } from './provider-definition.js';

/** @param manifest of the orders' kind */
export function providerPermissions(provider: ProviderDefinition, manifest: KindManifest): Permission[] {
  const { name, order, bind, permissions = [] } = provider;
  const { group } = order;
  const plural = resourceOf(orderKindOf(provider), [manifest]);
  const services = (resource: string, ...verbs: string[]): Permission => ({ apiGroups: [servicesGroup], resources: [resource], verbs });
  return [
    { apiGroups: [group], resources: [plural], verbs: ['patch'] },
    { apiGroups: [group], resources: [`${plural}/status`], verbs: ['patch'] },
    services('serviceusages', 'create', 'get', 'list', 'patch'),
    { ...services('serviceofferings', 'create', 'patch'), resourceNames: [name] },
    ...(bind
      ? [
          services('servicebindings', 'patch'),
          services('servicebindings/status', 'patch'),
          { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'update'] },
        ]
      : []),
    ...permissions,
  ];
}
