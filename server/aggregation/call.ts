/** What controllers of this process ask of another server. */
import type { IncomingMessage } from 'node:http';
import type { Answer, Request, WatchSink } from '../api.js';
import type { Reply } from '../reply.js';
import type { RemoteService } from './api-service.js';
import { serviceUnavailable } from './proxy.js';
import { bodyOf, remoteUserHeaders, type Target, type Upstream } from './upstream.js';

export interface Call {
  request: Request;
  /** Path and query. */
  uri: string;
  headers: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 60_000;
const BYTES_MAX = 512 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The whole answer, or the watch. Rejects when the connection fails. */
export async function call(upstream: Upstream, service: RemoteService, { request, uri, headers }: Call): Promise<Answer | Reply> {
  let target: Target;
  try {
    target = upstream.resolve(service);
  } catch {
    return serviceUnavailable();
  }
  const isWatch = request.info.verb === 'watch';
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, body, signal, user } = request;
    const sent = upstream.open(service, target, {
      method,
      path: uri,
      headers: {
        accept: 'application/json',
        ...(body.length > 0 && { 'content-type': 'application/json', 'content-length': body.length }),
        ...headers,
        ...remoteUserHeaders(user),
      },
      timeoutMs: isWatch ? undefined : TIMEOUT_MS,
    });
    const cancel = (): void => void sent.destroy();
    signal.addEventListener('abort', cancel, { once: true });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    sent.on('close', () => signal.removeEventListener('abort', cancel));
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end(body.length ? body : undefined);
  });
  const contentType = response.headers['content-type'] ?? '';
  if (isWatch && response.statusCode === 200) return { type: 'watch', contentType, start: (sink) => stream(response, sink) };
  const body = await bodyOf(response, BYTES_MAX);
  return { code: response.statusCode!, headers: { 'content-type': contentType }, body: [body] };
}

/** Events are lines; a chunk may end within one. */
function stream(response: IncomingMessage, sink: WatchSink): void {
  let parts: Buffer[] = [];
  response.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      parts.push(chunk);
      return;
    }
    const isKeepingUp = sink.write([Buffer.concat([...parts, chunk.subarray(0, end)])]);
    parts = end < chunk.length ? [chunk.subarray(end)] : [];
    if (isKeepingUp) return;
    response.pause();
    sink.onDrain(() => response.resume());
  });
  response.on('error', () => sink.end());
  response.on('close', () => sink.end());
}
