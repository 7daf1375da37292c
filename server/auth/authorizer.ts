/** What may they do (objects.md E5). */
import { forbidden, StatusError } from '../../schemas/status.js';
import type { UserInfo } from './user-info.js';

export interface AuthorizationRequest {
  user: UserInfo;
  cluster: string;
  verb: string;
  isResource: boolean;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  /** Non-resource requests only. */
  path: string;
}
export interface Decision {
  allowed: boolean;
  reason: string;
}
export interface Authorizer {
  authorize(request: AuthorizationRequest): Decision | Promise<Decision>;
}

/** The 403 of a denial (R2.21). */
export function denied(request: AuthorizationRequest, reason: string): StatusError {
  const tail = reason === '' ? '' : `: ${reason}`;
  const who = `User ${JSON.stringify(request.user.name)} cannot ${request.verb}`;
  if (!request.isResource) return new StatusError(403, 'Forbidden', `forbidden: ${who} path ${JSON.stringify(request.path)}${tail}`, {});
  const resource = request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  const where = request.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(request.namespace)}`;
  const why = `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(request.group)} ${where}${tail}`;
  return forbidden({ group: request.group, resource: request.resource }, request.name, why);
}
