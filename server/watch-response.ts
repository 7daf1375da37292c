/** An open watch on its socket: chunked HTTP, or a WebSocket that carries one event a frame (R7.2, R7.3). */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WebSocketServer } from 'ws';
import type { Answer, Request, WatchSink } from './api.js';
import { escapeWarnings } from './warnings.js';

type WatchAnswer = Extract<Answer, { type: 'watch' }>;

export function serveWatch(
  raw: FastifyRequest,
  reply: FastifyReply,
  answer: WatchAnswer,
  request: Request,
  stopping: AbortSignal,
  { warnings, auditId }: { warnings: readonly string[]; auditId: string },
): void {
  reply.hijack();
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, request.signal, stopping]);
  if (isWebSocket(raw)) {
    serveWebSocket(raw, answer, signal, over);
    return;
  }
  const response = reply.raw as ServerResponse;
  response.writeHead(200, {
    'content-type': answer.contentType,
    'cache-control': 'no-cache, private',
    'audit-id': auditId,
    ...(raw.raw.httpVersionMajor === 1 && { 'transfer-encoding': 'chunked' }),
    ...(warnings.length > 0 ? { warning: escapeWarnings(warnings) } : {}),
  } as OutgoingHttpHeaders);
  response.flushHeaders();
  response.once('close', () => over.abort());
  response.on('error', () => over.abort());
  const sink: WatchSink = {
    signal,
    write: (frames) => (signal.aborted ? true : response.write(frames)),
    end: () => response.end(),
    onDrain: (listener) => void response.once('drain', listener),
  };
  answer.start(sink);
}

const isWebSocket = (raw: FastifyRequest): boolean =>
  raw.headers.upgrade?.toLowerCase() === 'websocket' && /upgrade/i.test(raw.headers.connection ?? '');

/** fastify never sees an `upgrade` event of a request it routed itself: the socket is taken over here. */
function serveWebSocket(raw: FastifyRequest, answer: WatchAnswer, signal: AbortSignal, over: AbortController): void {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.handleUpgrade(raw.raw, raw.raw.socket, Buffer.alloc(0), (socket) => {
    let waiting: (() => void)[] = [];
    socket.on('close', () => over.abort());
    socket.on('error', () => over.abort());
    const sink: WatchSink = {
      signal,
      write(frames) {
        for (const line of frames.toString('utf8').split('\n')) if (line !== '') socket.send(line, drained);
        return socket.bufferedAmount < 1024 * 1024;
      },
      end: () => socket.close(1000),
      onDrain: (listener) => void waiting.push(listener),
    };
    const drained = (): void => {
      if (socket.bufferedAmount > 0) return;
      const ready = waiting;
      waiting = [];
      for (const listener of ready) listener();
    };
    answer.start(sink);
  });
}
