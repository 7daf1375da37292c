/** Who is calling. */
import type { JsonObject } from '../../schemas/json-value.js';

export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

export const SYSTEM_MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };
/** The server itself: in-process controllers. */
export const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: [SYSTEM_MASTERS, AUTHENTICATED] };

/** E2.5 */
export const serviceAccountGroups = (namespace: string): string[] => ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];

/** E1.3: whoever has signed in belongs to `system:authenticated`. */
export const signedIn = (user: UserInfo): UserInfo =>
  user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };

/** The UserInfo of authentication.k8s.io/v1; empty members are left out. */
export function userInfoObject({ name, uid, groups, extra }: UserInfo): JsonObject {
  const extras = Object.entries(extra ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(name !== '' && { username: name }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(extras.length > 0 && { extra: Object.fromEntries(extras.map(([key, values]) => [key, [...values]])) }),
  };
}
