/** The Transport of a controller that runs as a process of its own: HTTP/1.1 with kept-alive connections. */
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { JsonValue } from '../schemas/json-value.js';
import { decodeJson, encodeJson } from '../schemas/wire/json.js';
import type { Connection } from './kubeconfig.js';
import type { Transport, TransportEvent, TransportRequest, User, WatchStream } from './transport.js';
import { statusErrorOf } from './transport-client.js';

export interface HttpTransportOptions {
  userAgent?: string;
  /** For an answer; watches are not bound by it. */
  timeoutMs?: number;
}

const tokenFileMs = 60_000;
/** A watch that outlives the time it asked for by this much is taken for dead. */
const watchGraceMs = 15_000;

export function createHttpTransport(connection: Connection, options: HttpTransportOptions = {}): Transport {
  const { userAgent = 'kurma-controllers', timeoutMs = 60_000 } = options;
  const base = new URL(connection.server);
  const secure = base.protocol === 'https:';
  const prefix = base.pathname.replace(/\/+$/, '');
  const agentOptions = { keepAlive: true, maxFreeSockets: 16 };
  const agent = secure
    ? new https.Agent({
        ...agentOptions,
        ...(connection.ca && { ca: connection.ca }),
        ...(connection.cert && { cert: connection.cert }),
        ...(connection.key && { key: connection.key }),
        ...(connection.tlsServerName && { servername: connection.tlsServerName }),
        rejectUnauthorized: connection.insecureSkipTlsVerify !== true,
      })
    : new http.Agent(agentOptions);
  const authorization = authorizationOf(connection);

  const open = (call: TransportRequest, waitMs: number, signal: AbortSignal | undefined): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const body = call.body === undefined ? undefined : Buffer.from(encodeJson(call.body));
      const search = new URLSearchParams(call.query).toString();
      const headers: OutgoingHttpHeaders = {
        accept: 'application/json',
        'user-agent': userAgent,
        ...authorization(),
        ...impersonation(call.user ?? connection.impersonate),
        ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
        ...call.headers,
      };
      const request = (secure ? https : http).request(
        {
          agent,
          hostname: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || (secure ? 443 : 80),
          method: call.method,
          path: `${prefix}${call.path}${search === '' ? '' : `?${search}`}`,
          headers,
          timeout: waitMs,
          ...(signal && { signal }),
        },
        resolve,
      );
      request.on('socket', (socket) => socket.setKeepAlive(true, 15_000));
      request.on('timeout', () => request.destroy(new Error(`no answer from ${base.host} within ${waitMs / 1000} s`)));
      request.on('error', reject);
      request.end(body);
    });

  return {
    async request(call) {
      const response = await open(call, timeoutMs, call.signal);
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
      return { status: response.statusCode ?? 0, headers, body: bodyOf(await textOf(response), headers['content-type'] ?? '') };
    },
    watch(call): WatchStream {
      const closing = new AbortController();
      const signal = call.signal ? AbortSignal.any([call.signal, closing.signal]) : closing.signal;
      async function* events(): AsyncGenerator<TransportEvent> {
        const waitMs = Number(call.query?.['timeoutSeconds'] ?? 3600) * 1000 + watchGraceMs;
        const response = await open(call, waitMs, signal);
        try {
          if (response.statusCode !== 200) {
            throw statusErrorOf(response.statusCode ?? 0, bodyOf(await textOf(response), response.headers['content-type'] ?? ''));
          }
          for await (const line of linesOf(response)) yield decodeJson(line).value as unknown as TransportEvent;
        } finally {
          response.destroy();
        }
      }
      return { [Symbol.asyncIterator]: events, close: () => closing.abort() };
    },
    close: () => agent.destroy(),
  };
}

function authorizationOf(connection: Connection): () => OutgoingHttpHeaders {
  const { token, tokenFile, username, password } = connection;
  if (token) return () => ({ authorization: `Bearer ${token}` });
  if (tokenFile) {
    let read = { text: '', at: Number.NEGATIVE_INFINITY };
    return () => {
      if (performance.now() - read.at > tokenFileMs) read = { text: readFileSync(tokenFile, 'utf8').trim(), at: performance.now() };
      return { authorization: `Bearer ${read.text}` };
    };
  }
  if (username !== undefined) {
    const basic = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
    return () => ({ authorization: `Basic ${basic}` });
  }
  return () => ({});
}

/** E4: the headers that make a request on behalf of another user. */
function impersonation(user: User | undefined): OutgoingHttpHeaders {
  if (!user) return {};
  const extra = Object.entries(user.extra ?? {}).map(([key, values]) => [`impersonate-extra-${encodeURIComponent(key)}`, values]);
  return {
    'impersonate-user': user.username,
    ...(user.uid && { 'impersonate-uid': user.uid }),
    ...(user.groups?.length && { 'impersonate-group': user.groups }),
    ...Object.fromEntries(extra),
  };
}

function bodyOf(text: string, contentType: string): JsonValue {
  return contentType.startsWith('application/json') && text !== '' ? decodeJson(text).value : text;
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The lines of a stream; a line that arrives in many chunks is joined once. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  let parts: string[] = [];
  for await (const chunk of response) {
    const lines = (chunk as string).split('\n');
    const rest = lines.pop() as string;
    for (const line of lines) {
      parts.push(line);
      const whole = parts.join('');
      parts = [];
      if (whole !== '') yield whole;
    }
    if (rest !== '') parts.push(rest);
  }
}
