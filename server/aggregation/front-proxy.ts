/** What other servers need to believe this one about who the user is (F5, F6). */
import type { OwnObject } from '../bootstrap/ensure.js';
import { issueClient, type KeyPair } from '../auth/pki.js';

const PROXY_NAME = 'front-proxy-client';
const DAYS = 365;
const RENEW_AFTER_MS = 180 * 86_400_000;

/** The certificate that this server shows as a proxy, made anew in time. `now` in ms. */
export async function proxyCredentials(authority: KeyPair, now: () => number, onError: (error: unknown) => void): Promise<() => KeyPair> {
  const issue = (): Promise<KeyPair> => issueClient(authority, { commonName: PROXY_NAME }, DAYS, now());
  let current = await issue();
  let renewAt = now() + RENEW_AFTER_MS;
  return () => {
    if (now() > renewAt) {
      renewAt = now() + RENEW_AFTER_MS;
      issue().then((made) => {
        current = made;
      }, onError);
    }
    return current;
  };
}

/** The ConfigMap that servers with APIs of their own read at their start. Both authorities are PEM. */
export const extensionAuthentication = (clientAuthority: string, proxyAuthority: string): OwnObject => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: {
    'client-ca-file': clientAuthority,
    'requestheader-allowed-names': JSON.stringify([PROXY_NAME]),
    'requestheader-client-ca-file': proxyAuthority,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  },
});
