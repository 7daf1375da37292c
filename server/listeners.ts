/** The ports that a server listens on, and how its users reach them. */
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createAuthenticator } from './auth/authentication.js';
import type { ClientAuthorities } from './auth/client-authorities.js';
import { frontProxy } from './auth/front-proxy.js';
import { AUTHENTICATED, SYSTEM_MASTERS } from './auth/user-info.js';
import { type Certificates, renewServing, writePrivate } from './certificates.js';
import { drainOf } from './drain.js';
import { createHttp, type HttpOptions } from './http.js';
import { kubeconfig } from './kubeconfig.js';
import type { ServerOptions } from './options.js';
import { HEADER_LIMITS } from './slow-clients.js';

const SHUTDOWN_MS = 10_000;

export interface Listeners {
  /** `https://127.0.0.1:6443`; undefined without the TLS port, as all the others. */
  url: string | undefined;
  port: number | undefined;
  /** YAML of the admin, and the file that holds it. */
  kubeconfig: string | undefined;
  kubeconfigPath: string | undefined;
}

/** Of a server that is reached in process only. */
/** Every address of the machine. */
export const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];
export const NO_LISTENERS: Listeners = { url: undefined, kubeconfig: undefined, kubeconfigPath: undefined, port: undefined };

export interface ListenOptions {
  options: ServerOptions;
  /** Absent without a TLS port. */
  certificates: Certificates | undefined;
  authorities: ClientAuthorities | undefined;
  http: Omit<HttpOptions, 'authenticate' | 'fastify' | 'trusted'>;
  onError(error: unknown): void;
  /** Is given what closes each listener, in the order of opening. */
  undo: (() => Promise<void> | void)[];
}

/** Opens the ports of the options and writes the admin's kubeconfig. Rejects where a port is taken. */
export async function listen({ options, certificates, authorities, http, onError, undo }: ListenOptions): Promise<Listeners> {
  const served = {
    ...http,
    authenticate: createAuthenticator({
      tokens: http.api.auth.tokens,
      anonymous: http.api.auth.anonymous,
      proxy: options.frontProxy && frontProxy(options.frontProxy),
      authorities,
      now: () => options.chance.now(),
    }),
  };
  if (options.insecurePort > 0) {
    const trusted = { name: 'system:unsecured', groups: [SYSTEM_MASTERS, AUTHENTICATED] };
    await open(createHttp({ ...served, trusted, fastify: {} }), options.insecurePort, '127.0.0.1', undo);
  }
  if (!certificates || !authorities) return NO_LISTENERS;
  const proxies = options.frontProxy ? [options.frontProxy.certificateAuthority] : [];
  const clientAuthorities = (): string[] => [authorities.pem(), ...proxies];
  const app = createHttp({ ...served, fastify: tlsOf(certificates, clientAuthorities()) });
  const port = await open(app, options.port, options.bindAddress, undo);
  const renewal = renewServing(app.server as unknown as TlsServer, certificates, { ...options, onError, clientAuthorities });
  authorities.onChange(renewal.refresh);
  undo.push(renewal.stop);
  const url = `https://${reachable(options.bindAddress)}:${port}`;
  const text = kubeconfig({
    server: url,
    authority: certificates.authority.certificate,
    user: 'kurma-admin',
    credentials: certificates.admin,
  });
  const path = join(options.dataDir, 'admin.kubeconfig');
  writePrivate(path, text);
  return { url, kubeconfig: text, kubeconfigPath: path, port };
}

/** Where this machine finds a listener of `bindAddress`, as in a URL. */
function reachable(bindAddress: string): string {
  const host = WILDCARDS.includes(bindAddress) ? '127.0.0.1' : bindAddress;
  return host.includes(':') ? `[${host}]` : host;
}

async function open(app: FastifyInstance, port: number, host: string, undo: ListenOptions['undo']): Promise<number> {
  const drain = drainOf(app.server);
  undo.push(async () => {
    const drained = drain(SHUTDOWN_MS);
    await app.close();
    drained();
  });
  await app.listen({ port, host });
  return (app.server.address() as AddressInfo).port;
}

function tlsOf({ serving }: Certificates, ca: readonly string[]): Record<string, unknown> {
  return {
    http2: true,
    https: {
      allowHTTP1: true,
      key: serving.key,
      cert: serving.certificate,
      ca,
      requestCert: true,
      rejectUnauthorized: false,
      ...HEADER_LIMITS,
      maxSessionMemory: 1000,
      settings: { maxConcurrentStreams: 1000, initialWindowSize: 1024 * 1024, maxHeaderListSize: HEADER_LIMITS.maxHeaderSize },
    },
  };
}
