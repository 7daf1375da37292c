/** A kubeconfig file as the connection of one of its contexts: the cluster's address and trust, the user's credentials. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { decodeYaml } from '../schemas/wire/yaml.js';
import type { User } from './transport.js';

export interface Connection {
  /** Scheme, host, port and an optional path prefix, without a slash at the end. */
  server: string;
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  insecureSkipTlsVerify?: boolean;
  tlsServerName?: string;
  token?: string;
  /** Read again and again: such tokens rotate. */
  tokenFile?: string;
  username?: string;
  password?: string;
  /** Whom the kubeconfig says to act for. */
  impersonate?: User;
  /** The context's namespace, `default` when it names none. */
  namespace: string;
}

interface Named {
  name: string;
}
interface Cluster {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
}
interface Credentials {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  'as-uid'?: string;
  'as-groups'?: string[];
  'as-user-extra'?: Record<string, string[]>;
  exec?: unknown;
  'auth-provider'?: unknown;
}
interface Kubeconfig {
  'current-context'?: string;
  clusters?: (Named & { cluster: Cluster })[];
  users?: (Named & { user: Credentials })[];
  contexts?: (Named & { context: { cluster: string; user?: string; namespace?: string } })[];
}

/** Where kubectl looks: $KUBECONFIG (its first entry), else ~/.kube/config. */
export function defaultKubeconfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return env['KUBECONFIG']?.split(':')[0] || join(homedir(), '.kube', 'config');
}

/** Reads `path`; the files it names are looked for beside it. @throws Error that names the file and what is missing in it */
export function loadKubeconfig(path: string, context?: string): Connection {
  return connectionOf(readFileSync(path, 'utf8'), {
    directory: dirname(resolve(path)),
    label: path,
    ...(context !== undefined && { context }),
  });
}

/** As `loadKubeconfig`, from the text itself. */
export function connectionOf(
  text: string,
  { directory, label, context }: { directory: string; label: string; context?: string },
): Connection {
  const config = (decodeYaml(text).value ?? {}) as Kubeconfig;
  const fail = (message: string): never => {
    throw new Error(`kubeconfig ${label}: ${message}`);
  };
  const contextName = context ?? config['current-context'] ?? '';
  const chosen = named(config.contexts, contextName)?.context ?? fail(`context ${JSON.stringify(contextName)} does not exist`);
  const cluster = named(config.clusters, chosen.cluster)?.cluster ?? fail(`cluster ${JSON.stringify(chosen.cluster)} does not exist`);
  const user: Credentials =
    chosen.user === undefined || chosen.user === ''
      ? {}
      : (named(config.users, chosen.user)?.user ?? fail(`user ${JSON.stringify(chosen.user)} does not exist`));
  if (user.exec ?? user['auth-provider']) fail(`user ${JSON.stringify(chosen.user)} needs a credential plugin, which is not supported`);

  const bytes = (data: string | undefined, file: string | undefined) =>
    data ? Buffer.from(data, 'base64') : file ? readFileSync(resolve(directory, file)) : undefined;
  const connection: Connection = {
    server: (cluster.server ?? fail(`cluster ${JSON.stringify(chosen.cluster)} has no server`)).replace(/\/+$/, ''),
    namespace: chosen.namespace || 'default',
  };
  const optional: Partial<Connection> = {
    ca: bytes(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: bytes(user['client-certificate-data'], user['client-certificate']),
    key: bytes(user['client-key-data'], user['client-key']),
    insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'],
    tlsServerName: cluster['tls-server-name'],
    token: user.token,
    tokenFile: user.tokenFile && resolve(directory, user.tokenFile),
    username: user.username,
    password: user.password,
    impersonate: user.as === undefined ? undefined : impersonated(user.as, user),
  };
  return Object.assign(connection, Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)));
}

function impersonated(username: string, user: Credentials): User {
  return {
    username,
    ...(user['as-uid'] && { uid: user['as-uid'] }),
    ...(user['as-groups'] && { groups: user['as-groups'] }),
    ...(user['as-user-extra'] && { extra: user['as-user-extra'] }),
  };
}

function named<T extends Named>(list: T[] | undefined, name: string): T | undefined {
  return list?.find((item) => item.name === name);
}
