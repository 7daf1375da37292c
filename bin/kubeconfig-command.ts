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
  ttl: number;
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export function addKubeconfigCommand(program: Command): void {
  program
    .command('kubeconfig')
    .description("Print a kubeconfig for a server's data directory: the admin's, or one for another user or a service account.")
    .option('--data-dir <dir>', 'the data directory', './kurma-data')
    .option('--user <name>', 'make a client certificate for this user')
    .option('--group <group>', 'group of that user, repeatable', collect)
    .option('--service-account <namespace/name>', 'ask the running server for a token of this account')
    .option('--ttl <duration>', 'how long it is good for', durationSeconds, durationSeconds('12h'))
    .action(async (flags: Flags) => void process.stdout.write(await kubeconfigFor(flags)));
}

async function kubeconfigFor({ dataDir, user, group = [], serviceAccount, ttl }: Flags): Promise<string> {
  if (user !== undefined && serviceAccount !== undefined) throw new Error('--user and --service-account are two different users');
  if (user === undefined && group.length) throw new Error('--group needs --user');
  const text = await readDataFile(adminKubeconfigPath(dataDir), dataDir);
  if (user !== undefined) return forUser(dataDir, text, { name: user, groups: group, ttl });
  if (serviceAccount === undefined) return text;
  const { namespace, name } = serviceAccountOf(serviceAccount);
  const token = await requestToken(dataDir, { namespace, name, audiences: [], ttl });
  return kubeconfig({ ...clusterOf(text), user: `${namespace}-${name}`, credentials: { token }, namespace });
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
