import { checkFields } from './strict-fields.js';

/** A rule of RBAC; in all namespaces where none is given. */
export interface Permission {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
  namespace?: string;
}

const permissionFields = ['apiGroups', 'resources', 'resourceNames', 'nonResourceURLs', 'verbs', 'namespace'];

/** @throws TypeError for what is no rule */
export function checkPermission(permission: Permission, where: string): void {
  checkFields(permission, permissionFields, where);
  if (!Array.isArray(permission.verbs) || permission.verbs.length === 0) throw new TypeError(`${where}: verbs are wanted`);
  if (!permission.nonResourceURLs && !(permission.apiGroups && permission.resources)) {
    throw new TypeError(`${where}: apiGroups and resources are wanted, or nonResourceURLs`);
  }
}
