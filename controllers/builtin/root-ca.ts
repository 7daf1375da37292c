/** Every namespace that is not terminating has a ConfigMap `kube-root-ca.crt` with the server's CA, put back when lost or altered (D4.2). */
import { equal } from '../../schemas/json-value.js';
import { isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';
import { createInNamespace } from './service-account.js';

export interface RootCaOptions {
  /** PEM. */
  ca: string;
}

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' };
const configMapKind = { apiVersion: 'v1', kind: 'ConfigMap' };
const configMapName = 'kube-root-ca.crt';
const annotations = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

export function rootCaPlugin({ ca }: RootCaOptions): Plugin {
  const data = { 'ca.crt': ca };
  const isRootCa = { ...configMapKind, fieldSelector: `metadata.name=${configMapName}` };

  async function publish({ name: namespace }: Request, context: Context): Promise<void> {
    const owner = context.cache<KubeObject>(namespaceKind).get({ name: namespace });
    if (!owner || isTerminating(owner)) return;
    const key = { name: configMapName, namespace };
    const published = await context.client.find<ConfigMap>(configMapKind, key);
    if (!published) {
      await createInNamespace(context, { ...configMapKind, metadata: { ...key, annotations }, data } as ConfigMap);
      return;
    }
    const isDescribed = Boolean(published.metadata.annotations?.['kubernetes.io/description']);
    if (isDescribed && equal(published.data, data)) return;
    const metadata = { ...published.metadata, annotations: { ...published.metadata.annotations, ...annotations } };
    await context.client.update<ConfigMap>({ ...published, metadata, data });
  }

  return definePlugin({
    name: 'root-ca-certificate-publisher-controller',
    controllers: [
      {
        name: 'root-ca-certificate-publisher-controller',
        for: namespaceKind,
        watches: [{ ...isRootCa, map: ({ metadata }) => [{ name: metadata.namespace ?? '' }] }],
        reconcile: publish,
      },
    ],
  });
}
