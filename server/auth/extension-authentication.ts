import type { OwnObject } from '../bootstrap/ensure.js';
import type { FrontProxyOptions } from './front-proxy.js';

/** Where extension API servers learn whose client certificates to trust (E7.13). */
export function extensionAuthentication(clientAuthority: string, proxy: FrontProxyOptions | undefined): OwnObject {
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
    data: {
      'client-ca-file': clientAuthority,
      ...(proxy && {
        'requestheader-allowed-names': JSON.stringify(proxy.allowedNames),
        'requestheader-client-ca-file': proxy.certificateAuthority,
        'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
        'requestheader-group-headers': '["X-Remote-Group"]',
        'requestheader-uid-headers': '["X-Remote-Uid"]',
        'requestheader-username-headers': '["X-Remote-User"]',
      }),
    },
  };
}
