/** Requests for the groups and versions of other servers, passed on as they are, and their answers, passed back as they are (F4, F5, R11.28). */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reply } from '../reply.js';
import type { UserInfo } from '../auth/user-info.js';
import { headOf, isUpgrade, subprotocols } from '../upgrade.js';
import type { RemoteService } from './api-service.js';
import { type Target, remoteUserHeaders, type Upstream } from './upstream.js';

export interface Forwarding {
  raw: FastifyRequest;
  reply: FastifyReply;
  /** Path and query, as the other server knows them. */
  uri: string;
  body: Buffer;
  user: UserInfo;
  /** Of the answer, beside those of the other server. */
  headers: Readonly<Record<string, string>>;
  /** Milliseconds for an answer; undefined: it lasts as long as it lasts. */
  timeoutMs: number | undefined;
  /** The answer has begun. */
  onStart(code: number): void;
}

/** Resolves when all is over: with the code that was answered, or with what is to be answered where nothing was yet. */
export async function forward(upstream: Upstream, service: RemoteService, forwarding: Forwarding): Promise<number | Reply> {
  let target: Target;
  try {
    target = upstream.resolve(service);
  } catch {
    return serviceUnavailable();
  }
  try {
    return await exchange(upstream, service, target, forwarding).catch((error: unknown) => {
      if (!(error instanceof LeftOver)) throw error;
      return exchange(upstream, service, target, forwarding);
    });
  } catch (error) {
    return unavailable((error as Error).message);
  }
}

/** The other server had closed the connection, which was kept from an earlier request; reads are tried again. */
class LeftOver extends Error {}

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export const serviceUnavailable = (): Reply => unavailable('service unavailable');

const unavailable = (text: string): Reply => ({
  code: 503,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: [Buffer.from(`${text}\n`)],
});

/** Rejects as long as nothing has been answered. */
function exchange(upstream: Upstream, service: RemoteService, target: Target, forwarding: Forwarding): Promise<number> {
  const { raw, reply, uri, body, timeoutMs } = forwarding;
  const client = raw.raw as IncomingMessage;
  const response = reply.raw as ServerResponse;
  const wantsUpgrade = isUpgrade(client);
  const request = upstream.open(service, target, {
    method: raw.method,
    path: uri,
    headers: requestHeaders(forwarding, wantsUpgrade ? client : undefined),
    timeoutMs,
    isAlone: wantsUpgrade,
  });
  return new Promise((resolve, reject) => {
    let isGone = false;
    const cancel = (): void => {
      isGone = true;
      request.destroy();
    };
    response.once('close', cancel);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs! / 1000} s`)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isLeftOver = !isGone && request.reusedSocket && error.code === 'ECONNRESET' && READS.has(raw.method);
      reject(isLeftOver ? new LeftOver(error.message) : error);
    });
    request.on('response', (answer) => {
      answerWith(answer, forwarding).then(resolve, () => resolve(answer.statusCode!));
    });
    request.on('upgrade', (answer, socket, head) => {
      response.off('close', cancel);
      joined(answer, socket as Socket, head, forwarding).then(() => resolve(101), reject);
    });
    request.end(body.length ? body : undefined);
  });
}

/** Hop by hop: of one connection, not of the request. */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What the client says of itself that must not reach the other server. */
const isCredential = (name: string): boolean => name === 'authorization' || name.startsWith('x-remote-') || name.startsWith('impersonate-');

function requestHeaders({ raw, body, user, headers: _, ...rest }: Forwarding, upgrade: IncomingMessage | undefined): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  const { rawHeaders } = raw.raw;
  const ownOfConnection = new Set(
    String(raw.headers['connection'] ?? '')
      .toLowerCase()
      .split(/\s*,\s*/),
  );
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (name.startsWith(':') || OF_CONNECTION.has(name) || ownOfConnection.has(name) || isCredential(name)) continue;
    if (name === 'host' || name === 'content-length' || name === 'content-type' || name === 'expect') continue;
    const before = headers[name];
    headers[name] = before === undefined ? rawHeaders[i + 1]! : [...(Array.isArray(before) ? before : [before]), rawHeaders[i + 1]!];
  }
  if (upgrade) {
    const protocols = subprotocols(upgrade);
    delete headers['sec-websocket-protocol'];
    if (protocols.length) headers['sec-websocket-protocol'] = protocols.join(', ');
    Object.assign(headers, { connection: 'Upgrade', upgrade: upgrade.headers.upgrade! });
  }
  return {
    ...headers,
    ...(raw.contentType !== undefined && { 'content-type': raw.contentType }),
    ...((body.length > 0 || BODY_METHODS.has(raw.method)) && { 'content-length': body.length }),
    'audit-id': raw.auditId,
    'x-forwarded-for': [raw.headers['x-forwarded-for'], raw.raw.socket.remoteAddress].flat().filter(Boolean).join(', '),
    'x-forwarded-host': raw.headers.host ?? raw.headers[':authority'] ?? '',
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': rest.uri,
    ...remoteUserHeaders(user),
  } as OutgoingHttpHeaders;
}

const BODY_METHODS = new Set(['POST', 'PUT', 'PATCH']);

/** The other server's answer, chunk by chunk as it comes. Rejects when one of the two goes away. */
async function answerWith(answer: IncomingMessage, { raw, reply, headers, onStart }: Forwarding): Promise<number> {
  const code = answer.statusCode!;
  const response = reply.raw as ServerResponse;
  const back: Record<string, string | string[]> = { 'audit-id': raw.auditId, ...headers };
  for (const [name, value] of Object.entries(answer.headers)) if (value !== undefined && !OF_CONNECTION.has(name)) back[name] = value;
  reply.hijack();
  response.writeHead(code, back);
  response.flushHeaders();
  onStart(code);
  await pipeline(answer, response);
  return code;
}

/** After the other server has agreed to another protocol, the two connections are one. */
async function joined(answer: IncomingMessage, upstream: Socket, head: Buffer, { raw, reply, onStart }: Forwarding): Promise<void> {
  const request = raw.raw as IncomingMessage;
  const client = request.socket;
  reply.hijack();
  (reply.raw as ServerResponse).detachSocket(client);
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
  client.setTimeout(0);
  upstream.setTimeout(0);
  client.write(`${lines.join('\r\n')}\r\n\r\n`);
  client.write(head);
  upstream.write(headOf(request));
  onStart(101);
  await Promise.allSettled([piped(client, upstream), piped(upstream, client)]);
}

async function piped(from: Duplex, to: Duplex): Promise<void> {
  try {
    await pipeline(from, to);
  } finally {
    to.destroy();
  }
}
