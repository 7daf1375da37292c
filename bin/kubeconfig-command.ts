/** `kurma kubeconfig` */
import { join } from 'node:path';
import type { Command } from 'commander';
import { decodeYaml } from '../schemas/wire/yaml.js';
import { kubeconfig } from '../server/kubeconfig.js';
import { adminKubeconfigPath, readDataFile } from './data-dir.js';
import { durationSeconds, requestToken, serviceAccountOf } from './token-command.js';

interface Flags {
  dataDir: string;
  user?: string;
  group?: string[];
  serviceAccount?: string;
  plugin?: string;
  namespace?: string;
  leaderElect?: boolean;
  ttl: number;
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export function addKubeconfigCommand(program: Command): void {
  program
    .command('kubeconfig')
    .description("Print a kubeconfig for a server's data directory: the admin's, or one for another user, a service account or a plugin.")
    .option('--data-dir <dir>', 'the data directory', './kurma-data')
    .option('--user <name>', 'make a client certificate for this user')
    .option('--group <group>', 'group of that user, repeatable', collect)
    .option('--service-account <namespace/name>', 'ask the running server for a token of this account')
    .option('--plugin <file>', 'give this plugin, on the running server, the role it declares, and ask for a token of it')
    .option('--namespace <namespace>', 'of the plugin\'s service account (default: "default")')
    .option('--leader-elect', 'with what --leader-elect of the plugin needs')
    .option('--ttl <duration>', 'how long it is good for', durationSeconds, durationSeconds('12h'))
    .action(async (flags: Flags) => void process.stdout.write(await kubeconfigFor(flags)));
}

async function kubeconfigFor(flags: Flags): Promise<string> {
  const { dataDir, user, group = [], serviceAccount, plugin, ttl } = flags;
  const whom = [user, serviceAccount, plugin].filter((each) => each !== undefined);
  if (whom.length > 1) throw new Error('--user, --service-account and --plugin are different users: one of them');
  if (user === undefined && group.length) throw new Error('--group needs --user');
  if (plugin === undefined && (flags.namespace !== undefined || flags.leaderElect))
    throw new Error('--namespace and --leader-elect need --plugin');
  const text = await readDataFile(adminKubeconfigPath(dataDir), dataDir);
  if (user !== undefined) return forUser(dataDir, text, { name: user, groups: group, ttl });
  if (plugin !== undefined) return forPlugin(text, plugin, flags);
  return serviceAccount === undefined ? text : forAccount(text, { ...serviceAccountOf(serviceAccount), dataDir, ttl });
}

async function forAccount(
  admin: string,
  { namespace, name, dataDir, ttl }: { namespace: string; name: string; dataDir: string; ttl: number },
): Promise<string> {
  const token = await requestToken(dataDir, { namespace, name, audiences: [], ttl });
  return kubeconfig({ ...clusterOf(admin), user: `${namespace}-${name}`, credentials: { token }, namespace });
}

/** The account and the roles are made, or made so; a role that has become smaller is one. */
async function forPlugin(
  admin: string,
  file: string,
  { dataDir, namespace = 'default', leaderElect = false, ttl }: Flags,
): Promise<string> {
  const { accessOf, connectRemoteCluster, loadPlugin } = await import('../controllers/index.js');
  const plugin = await loadPlugin(file);
  const cluster = connectRemoteCluster(adminKubeconfigPath(dataDir), { fieldManager: 'kurma-kubeconfig' });
  try {
    for (const object of accessOf(plugin, { namespace, leaderElect })) {
      await cluster.client.apply(object, { fieldManager: 'kurma-kubeconfig', force: true });
    }
  } finally {
    cluster.close();
  }
  return forAccount(admin, { namespace, name: plugin.name, dataDir, ttl });
}

/** Signed with the authority of the data directory; the server need not run. */
async function forUser(
  dataDir: string,
  admin: string,
  { name, groups, ttl }: { name: string; groups: string[]; ttl: number },
): Promise<string> {
  const [certificate, key] = await Promise.all(['ca.crt', 'ca.key'].map((file) => readDataFile(join(dataDir, 'pki', file), dataDir)));
  const authority = { certificate: certificate!, key: key! };
  const { issueClient } = await import('../server/auth/pki.js');
  const credentials = await issueClient(authority, { commonName: name, organizations: groups }, ttl / 86_400, Date.now());
  return kubeconfig({ ...clusterOf(admin), user: name, credentials });
}

function clusterOf(text: string): { server: string; authority: string } {
  const { clusters } = decodeYaml(text).value as unknown as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  };
  const { server, 'certificate-authority-data': authority } = clusters[0]!.cluster;
  return { server, authority: Buffer.from(authority, 'base64').toString() };
}
