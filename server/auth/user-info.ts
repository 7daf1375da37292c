/** Who is calling. */
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
