// Kurma in Kurma: each order is a control plane of its own, each binding a service account in it with a kubeconfig.
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectRemoteCluster, createProcessDriver, defineProvider, freePort, run } from 'kurma/controllers';

const processes = createProcessDriver(process.env.KURMAS_DIR ?? join(tmpdir(), 'kurma-services', 'kurmas'));
const cli = fileURLToPath(new URL('../bin/kurma.js', import.meta.resolve('kurma')));
const dataOf = (id) => join(processes.directory(id), 'data');
const commandOf = ({ id, spec, facts }) => ({
  command: process.execPath,
  args: [
    cli,
    'serve',
    '--data-dir',
    dataOf(id),
    '--port',
    String(facts.port),
    '--profile',
    spec.profile ?? 'platform',
    '--log-level',
    'warn',
  ],
});
const adminKubeconfig = (id) => join(dataOf(id), 'admin.kubeconfig');
const account = (credential) => ({ name: credential.id.replaceAll('_', '-'), namespace: 'kube-system' });
const accountKind = { apiVersion: 'v1', kind: 'ServiceAccount' };
const grantKind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' };
const tokenSeconds = 365 * 24 * 3600;

/** Does something on the inner API, as its admin. */
async function inside(order, act) {
  const cluster = connectRemoteCluster(adminKubeconfig(order.id), { fieldManager: 'kurma-provider' });
  try {
    return await act(cluster.client);
  } finally {
    cluster.close();
  }
}

async function serve(order) {
  const running = await processes.find(order.id, commandOf(order));
  if (running && !running.isCurrent) await processes.stop(order.id, 15_000);
  await processes.start(order.id, commandOf(order));
}

const plugin = defineProvider({
  name: 'kurma',
  offering: { displayName: 'Control plane', description: 'A Kubernetes API of its own', type: 'kubernetes' },
  order: {
    group: 'kurma.kurma.dev',
    version: 'v1alpha1',
    kind: 'ControlPlane',
    description: 'A Kubernetes API of its own, without nodes.',
    spec: { profile: { type: 'string', enum: ['platform', 'kubernetes'], default: 'platform' } },
    facts: { port: { type: 'integer' }, url: { type: 'string' } },
    columns: [{ name: 'URL', type: 'string', jsonPath: '.status.url' }],
  },
  driftSeconds: 5,

  prepare: async () => ({ port: await freePort() }),
  create: serve,
  async observe(order) {
    const running = await processes.find(order.id, commandOf(order));
    if (!running) return undefined;
    if (!running.isCurrent) return { ready: false, differs: 'it was started with other options' };
    const facts = { port: order.facts.port, url: `https://127.0.0.1:${order.facts.port}` };
    try {
      await inside(order, (client) => client.request({ method: 'GET', path: '/readyz', signal: AbortSignal.timeout(2000) }));
    } catch (error) {
      return { ready: false, message: `process ${running.pid}: ${error.message}`, facts };
    }
    return { ready: true, message: `process ${running.pid} serves ${facts.url}`, facts };
  },
  update: serve,
  delete: ({ id }) => processes.remove(id),

  async bind(order, credential) {
    const { name, namespace } = account(credential);
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    const token = await inside(order, async (client) => {
      await client.apply({ ...accountKind, metadata: { name, namespace } }, { fieldManager: 'kurma-provider', force: true });
      await client.apply({ ...grantKind, metadata: { name }, roleRef, subjects }, { fieldManager: 'kurma-provider', force: true });
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: tokenSeconds } };
      return (await client.request({ method: 'POST', path, body })).body.status.token;
    });
    const [, ca] = /certificate-authority-data: *(\S+)/.exec(await readFile(adminKubeconfig(order.id), 'utf8'));
    const { url, port } = order.facts;
    const kubeconfig = JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: order.name, cluster: { server: url, 'certificate-authority-data': ca } }],
        users: [{ name, user: { token } }],
        contexts: [{ name: order.name, context: { cluster: order.name, user: name } }],
        'current-context': order.name,
      },
      undefined,
      2,
    );
    return { host: '127.0.0.1', port: String(port), uri: url, token, 'ca.crt': Buffer.from(ca, 'base64').toString(), kubeconfig };
  },
  async unbind(order, credential) {
    if (!(await processes.find(order.id))) return;
    const { name, namespace } = account(credential);
    const goneIsFine = (error) => (error.code === 404 ? undefined : Promise.reject(error));
    await inside(order, async (client) => {
      await client.delete(grantKind, { name }).catch(goneIsFine);
      await client.delete(accountKind, { name, namespace }).catch(goneIsFine);
    });
  },

  async probe({ kubeconfig }) {
    const { client, close } = connectRemoteCluster(kubeconfig, { fieldManager: 'probe' });
    try {
      await client.list({ apiVersion: 'v1', kind: 'Secret' });
    } finally {
      close();
    }
  },
  list: () => processes.ids(),
  samples: {
    spec: { profile: 'platform' },
    changed: { profile: 'kubernetes' },
    damage: ({ id }) => processes.stop(id),
  },
});

export default plugin;
await run(import.meta.url, plugin);
