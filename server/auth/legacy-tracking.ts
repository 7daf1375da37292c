/** Tokens in Secrets are marked with the day of their last use (E3.6), and since when that is done is told, as kube-apiserver does. */
import type { Transport } from '../../controllers/index.js';
import type { OwnObject } from '../bootstrap/ensure.js';
import { LAST_USED, type LegacyUse } from './service-account-tokens.js';

const MANAGER = 'kube-apiserver';

/** What cannot be marked is used all the same. */
export function markUses(transport: Transport, onError: (error: unknown) => void): LegacyUse {
  return async ({ cluster, namespace, name }, day) => {
    const prefix = cluster === 'root' ? '' : `/clusters/${encodeURIComponent(cluster)}`;
    const { status } = await transport.request({
      method: 'PATCH',
      path: `${prefix}/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`,
      query: { fieldManager: MANAGER },
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { labels: { [LAST_USED]: day } } },
    });
    if (status !== 200) onError(new Error(`the use of the token in secret ${namespace}/${name} is not marked: ${status}`));
  };
}

/** `now` in ms. */
export const trackingSince = (now: number): OwnObject => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' },
  data: { since: new Date(now).toISOString().slice(0, 10) },
});
