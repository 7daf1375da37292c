/** An open watch on its socket: chunked HTTP, or a WebSocket that carries one event a frame (R7.2, R7.3). */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './api.js';
import { headOf, isWebSocket, subprotocols } from './upgrade.js';
import { escapeWarnings } from './warnings.js';

const NEWLINE = 0x0a;
/** Beyond this a WebSocket is not written to until it has caught up. */
const QUEUED_BYTES_MAX = 1024 * 1024;
/** A watcher has nothing to say. */
const CLIENT_BYTES_MAX = 4096;

type WatchAnswer = Extract<Answer, { type: 'watch' }>;

/** Starts the watch; the signal is aborted when it is over. */
export function serveWatch(
  raw: FastifyRequest,
  reply: FastifyReply,
  answer: WatchAnswer,
  stopping: AbortSignal,
  { headers, warnings, auditId }: { headers: Readonly<Record<string, string>>; warnings: readonly string[]; auditId: string },
): AbortSignal {
  reply.hijack();
  const over = new AbortController();
  const end = (): void => over.abort();
  stopping.addEventListener('abort', end, { once: true });
  over.signal.addEventListener('abort', () => stopping.removeEventListener('abort', end), { once: true });
  const response = reply.raw as ServerResponse;
  const request = raw.raw;
  if (isWebSocket(request)) {
    response.detachSocket(request.socket);
    serveWebSocket(request, answer, over).catch(end);
    return over.signal;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': answer.contentType,
    'cache-control': 'no-cache, private',
    'audit-id': auditId,
    ...(response.req.httpVersionMajor === 1 && { 'transfer-encoding': 'chunked' }),
    ...(warnings.length > 0 ? { warning: escapeWarnings(warnings) } : {}),
  } as OutgoingHttpHeaders);
  response.flushHeaders();
  response.once('close', end);
  response.on('error', end);
  answer.start({
    signal: over.signal,
    write: (frames) => (over.signal.aborted ? true : response.write(joined(frames))),
    end: () => response.end(),
    onDrain: (listener) => void response.once('drain', listener),
  });
  return over.signal;
}

const joined = (frames: readonly Buffer[]): Buffer => (frames.length === 1 ? frames[0]! : Buffer.concat(frames));

/** JSON events are lines and go out as text frames; protobuf ones carry their length in front and go out as binary frames. */
function* eventsOf(frames: Buffer, isText: boolean): Generator<Buffer> {
  for (let at = 0; at < frames.length; ) {
    const from = isText ? at : at + 4;
    const to = isText ? frames.indexOf(NEWLINE, at) + 1 || frames.length : from + frames.readUInt32BE(at);
    yield frames.subarray(from, to);
    at = to;
  }
}

/** The handshake is answered with the first subprotocol offered, if any. */
async function serveWebSocket(raw: IncomingMessage, answer: WatchAnswer, over: AbortController): Promise<void> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: CLIENT_BYTES_MAX,
    handleProtocols: () => subprotocols(raw)[0] ?? false,
  });
  server.handleUpgrade(raw, raw.socket, headOf(raw), (socket) => {
    const isText = answer.contentType.startsWith('application/json');
    let waiting: (() => void)[] = [];
    const drained = (): void => {
      if (socket.bufferedAmount > 0) return;
      const ready = waiting;
      waiting = [];
      for (const listener of ready) listener();
    };
    socket.on('close', () => over.abort());
    socket.on('error', () => over.abort());
    answer.start({
      signal: over.signal,
      write(frames) {
        if (over.signal.aborted) return true;
        for (const event of eventsOf(joined(frames), isText)) socket.send(event, { binary: !isText }, drained);
        return socket.bufferedAmount < QUEUED_BYTES_MAX;
      },
      end: () => socket.close(1000),
      onDrain: (listener) => void waiting.push(listener),
    });
  });
}
