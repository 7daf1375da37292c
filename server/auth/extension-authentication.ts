import type { OwnObject } from '../bootstrap/ensure.js';
import type { FrontProxyOptions } from './front-proxy.js';

/**
 * Where extension API servers learn whose client certificates to trust (E7.13, F6): of users, and of the proxies, this server among them,
 * whose word on who the user is counts.
 */
export function extensionAuthentication(clientAuthority: string, proxies: readonly FrontProxyOptions[]): OwnObject {
  const isAnyName = proxies.some(({ allowedNames }) => allowedNames.length === 0);
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
    data: {
      'client-ca-file': clientAuthority,
      'requestheader-allowed-names': JSON.stringify(isAnyName ? [] : proxies.flatMap(({ allowedNames }) => allowedNames)),
      'requestheader-client-ca-file': proxies.map(({ certificateAuthority }) => certificateAuthority.trimEnd()).join('\n'),
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    },
  };
}
