/** Requests to the server behind an APIService: TLS as it says, and the user's name in the headers of a front proxy (F5). */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { KeyPair } from '../auth/pki.js';
import type { UserInfo } from '../auth/user-info.js';
import type { Store } from '../../storage/store.js';
import type { RemoteService } from './api-service.js';
import { type Address, addressesOf } from '../service-resolver.js';

export interface Upstream {
  /** The address of one of those that serve it. Throws Unresolved. */
  resolve(service: RemoteService): Target;
  /** Begins a request; who calls handles its events. */
  open(service: RemoteService, target: Target, request: UpstreamRequest): ReturnType<typeof https.request>;
  close(): void;
}

export interface Target extends Address {
  /** Name in the server's certificate, and in SNI. */
  serverName: string;
}

export interface UpstreamRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: OutgoingHttpHeaders;
  /** Milliseconds without a byte; undefined: forever. */
  timeoutMs?: number | undefined;
  /** On a connection of its own, as an upgrade needs. */
  isAlone?: boolean;
}

interface Connection {
  revision: number;
  credentials: KeyPair | undefined;
  agent: https.Agent;
}

/** `credentials`: what this server shows as a proxy, as of now; `random` in [0, 1) chooses among addresses. */
export function createUpstream(store: Store, credentials: () => KeyPair | undefined, random: () => number): Upstream {
  const connections = new Map<string, Connection>();

  /** Connections are kept as long as the APIService and the own certificate are the same. */
  const agentOf = (service: RemoteService): https.Agent => {
    const key = `${service.cluster}/${service.name}`;
    const known = connections.get(key);
    const own = credentials();
    if (known && known.revision === service.revision && known.credentials === own) return known.agent;
    known?.agent.destroy();
    const agent = new https.Agent({ keepAlive: true, maxFreeSockets: 64, ...tlsOf(service, own) });
    connections.set(key, { revision: service.revision, credentials: own, agent });
    return agent;
  };

  return {
    resolve(service) {
      const { url } = service;
      if (url) return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443), serverName: url.hostname };
      const addresses = addressesOf(store, service.cluster, service.service);
      const { host, port } = addresses[Math.floor(random() * addresses.length)]!;
      return { host, port, serverName: `${service.service.name}.${service.service.namespace}.svc` };
    },
    open(service, { host, port, serverName }, { method, path, headers, timeoutMs, isAlone }) {
      return https.request({
        ...(isAlone ? { agent: false, ...tlsOf(service, credentials()) } : { agent: agentOf(service) }),
        host,
        port,
        servername: /^[\d.]+$|:/.test(serverName) ? '' : serverName,
        method,
        path,
        headers: { ...headers, host: `${host.includes(':') ? `[${host}]` : host}:${port}` },
        ...(timeoutMs && { timeout: timeoutMs }),
      });
    },
    close() {
      for (const { agent } of connections.values()) agent.destroy();
    },
  };
}

function tlsOf({ authorities, isInsecure }: RemoteService, own: KeyPair | undefined): https.AgentOptions {
  return {
    rejectUnauthorized: !isInsecure,
    ALPNProtocols: ['http/1.1'],
    ...(authorities && { ca: authorities }),
    ...(own && { key: own.key, cert: own.certificate }),
  };
}

/** Who asks, for a server that believes this one. */
export function remoteUserHeaders({ name, uid, groups, extra }: UserInfo): OutgoingHttpHeaders {
  return {
    'x-remote-user': name,
    ...(uid && { 'x-remote-uid': uid }),
    ...(groups.length > 0 && { 'x-remote-group': [...groups] }),
    ...Object.fromEntries(Object.entries(extra ?? {}).map(([key, values]) => [`x-remote-extra-${escapedKey(key)}`, [...values]])),
  };
}

/** What cannot be in the name of a header, and the percent sign, as %XX. */
const escapedKey = (key: string): string =>
  Buffer.from(key)
    .toString('latin1')
    .replace(/[^!#$&'*+\-.^_`|~\da-zA-Z]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** The whole body of an answer; rejects beyond `bytesMax`. */
export async function bodyOf(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > bytesMax) throw new Error(`more than ${bytesMax} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
