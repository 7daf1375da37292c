/** Another Kubernetes API, reached with a kubeconfig: for capabilities that are objects on it. */
import type { Client } from '../../client.js';
import { createHttpTransport } from '../../http-transport.js';
import { connectionOf, loadKubeconfig } from '../../kubeconfig.js';
import { createClient } from '../../transport-client.js';

export interface RemoteCluster {
  client: Client;
  /** The kubeconfig's namespace. */
  namespace: string;
  close(): void;
}

/** `kubeconfig` is a path, or the text itself; `fieldManager` is who writes there. @throws Error that says what is wrong in it */
export function connectRemoteCluster(
  kubeconfig: string,
  { fieldManager, context }: { fieldManager: string; context?: string },
): RemoteCluster {
  const connection = kubeconfig.includes('\n')
    ? connectionOf(kubeconfig, { directory: '.', label: 'given as text', ...(context && { context }) })
    : loadKubeconfig(kubeconfig, context);
  const transport = createHttpTransport(connection, { userAgent: fieldManager });
  return {
    client: createClient(transport, { fieldManager }),
    namespace: connection.namespace,
    close: () => transport.close?.(),
  };
}
