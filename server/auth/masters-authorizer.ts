import type { Authorizer } from './authorizer.js';
import { SYSTEM_MASTERS } from './user-info.js';

/** Paths that everybody may read (R1.21). */
const PUBLIC_PATHS = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);

/** `system:masters` may do everything, nobody else anything but look at health and version. */
export const mastersAuthorizer: Authorizer = {
  authorize({ user, isResource, verb, path }) {
    if (user.groups.includes(SYSTEM_MASTERS)) return { allowed: true, reason: '' };
    return { allowed: !isResource && verb === 'get' && PUBLIC_PATHS.has(path), reason: '' };
  },
};
