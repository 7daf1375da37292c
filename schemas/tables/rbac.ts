/** The tables of rbac.authorization.k8s.io (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { column, wide, text, items, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

const UNRESOLVED = 'If the RoleRef cannot be resolved, the Authorizer must return an error.';

export const RBAC: KindColumns = {
  RoleBinding: [
    NAME,
    column(
      'Role',
      'string',
      `RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. ${UNRESOLVED}`,
      roleOf,
    ),
    AGE,
    wide('Users', 'string', 'Users in the roleBinding', (o) => subjects(o, 'User')),
    wide('Groups', 'string', 'Groups in the roleBinding', (o) => subjects(o, 'Group')),
    wide('ServiceAccounts', 'string', 'ServiceAccounts in the roleBinding', (o) => subjects(o, 'ServiceAccount')),
  ],
  ClusterRoleBinding: [
    NAME,
    column('Role', 'string', `RoleRef can only reference a ClusterRole in the global namespace. ${UNRESOLVED}`, roleOf),
    AGE,
    wide('Users', 'string', 'Users in the clusterRoleBinding', (o) => subjects(o, 'User')),
    wide('Groups', 'string', 'Groups in the clusterRoleBinding', (o) => subjects(o, 'Group')),
    wide('ServiceAccounts', 'string', 'ServiceAccounts in the clusterRoleBinding', (o) => subjects(o, 'ServiceAccount')),
  ],
};

function roleOf(binding: JsonObject): string {
  return `${text(binding, 'roleRef.kind')}/${text(binding, 'roleRef.name')}`;
}

const subjects = (binding: JsonObject, kind: string): string =>
  items(binding, 'subjects')
    .filter((subject) => subject['kind'] === kind)
    .map((subject) => (kind === 'ServiceAccount' ? `${text(subject, 'namespace')}/${text(subject, 'name')}` : text(subject, 'name')))
    .join(', ');
