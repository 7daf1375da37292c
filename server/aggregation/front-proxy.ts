/** How other servers know this one, so that they believe it about who the user is (F5, F6). */
import type { FrontProxyOptions } from '../auth/front-proxy.js';
import { issueClient, type KeyPair } from '../auth/pki.js';

const PROXY_NAME = 'front-proxy-client';
const DAYS = 365;
const RENEW_AFTER_MS = 180 * 86_400_000;

export const ownProxy = (authority: KeyPair): FrontProxyOptions => ({
  certificateAuthority: authority.certificate,
  allowedNames: [PROXY_NAME],
});

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
