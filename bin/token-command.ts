/** `kurma token` */
import type { Command } from 'commander';
import { adminKubeconfigPath, readDataFile } from './data-dir.js';

interface Flags {
  dataDir: string;
  ttl: number;
  audience?: string[];
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `10m`, `12h`, `365d` */
export function durationSeconds(text: string): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  if (!match) throw new Error(`not a duration: ${JSON.stringify(text)} (such as 10m, 12h or 365d)`);
  return Number(match[1]) * UNITS[match[2]!]!;
}

export function serviceAccountOf(text: string): { namespace: string; name: string } {
  const [namespace, name, ...rest] = text.split('/');
  if (!namespace || !name || rest.length) throw new Error(`not a service account: ${JSON.stringify(text)} (namespace/name is wanted)`);
  return { namespace, name };
}

export function addTokenCommand(program: Command): void {
  program
    .command('token')
    .description('Ask the running server for a token of a service account, and print it.')
    .argument('<namespace/name>', 'the service account')
    .option('--data-dir <dir>', 'the data directory', './kurma-data')
    .option('--ttl <duration>', 'how long it is good for, at least 10m', durationSeconds, durationSeconds('1h'))
    .option(
      '--audience <audience>',
      'whom it is for, repeatable; the server itself where absent',
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .action(async (account: string, { dataDir, ttl, audience = [] }: Flags) => {
      const token = await requestToken(dataDir, { ...serviceAccountOf(account), audiences: audience, ttl });
      process.stdout.write(`${token}\n`);
    });
}

/** Throws an Error with the server's words where it refuses. */
export async function requestToken(
  dataDir: string,
  { namespace, name, audiences, ttl }: { namespace: string; name: string; audiences: string[]; ttl: number },
): Promise<string> {
  const path = adminKubeconfigPath(dataDir);
  await readDataFile(path, dataDir);
  const { createHttpTransport, loadKubeconfig } = await import('../controllers/index.js');
  const transport = createHttpTransport(loadKubeconfig(path));
  const { status, body } = await transport.request({
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: ttl, ...(audiences.length && { audiences }) },
    },
  });
  const answer = body as { message?: string; status?: { token: string } };
  if (status !== 201) throw new Error(answer.message ?? `the server answers ${status}`);
  return answer.status!.token;
}
