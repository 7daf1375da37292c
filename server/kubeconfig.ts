/** Kubeconfig files for this server's clients. */
import type { JsonObject } from '../schemas/json-value.js';
import { encodeYaml } from '../schemas/wire/yaml-encode.js';
import type { KeyPair } from './auth/pki.js';

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  server: string;
  /** PEM */
  authority: string;
  user: string;
  credentials: KeyPair | { token: string };
  namespace?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** YAML with one cluster, one user and one context, all data inline. */
export function kubeconfig({ server, authority, user, credentials, namespace }: KubeconfigOptions): string {
  const own: JsonObject =
    'token' in credentials
      ? { token: credentials.token }
      : { 'client-certificate-data': base64(credentials.certificate), 'client-key-data': base64(credentials.key) };
  return encodeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'kurma', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [{ name: user, user: own }],
    contexts: [{ name: 'kurma', context: { cluster: 'kurma', user, ...(namespace && { namespace }) } }],
    'current-context': 'kurma',
  });
}
