/** How other servers know this one, so that they believe it about who the user is (F5, F6). */
import type { FrontProxyOptions } from '../auth/front-proxy.js';
import type { KeyPair } from '../auth/pki.js';

const PROXY_NAME = 'front-proxy-client';
export const PROXY_SUBJECT = { commonName: PROXY_NAME };
export const PROXY_DAYS = 365;
const RENEW_AFTER_MS = 180 * 86_400_000;

export const ownProxy = (authority: KeyPair): FrontProxyOptions => ({
  certificateAuthority: authority.certificate,
  allowedNames: [PROXY_NAME],
});

/** The certificate that this server shows as a proxy, `first` at first, made anew in time. `now` in ms. */
export function proxyCredentials(authority: KeyPair, first: KeyPair, now: () => number, onError: (error: unknown) => void): () => KeyPair {
  const issue = async (): Promise<KeyPair> => (await import('../auth/pki.js')).issueClient(authority, PROXY_SUBJECT, PROXY_DAYS, now());
  let current = first;
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
