/** Limits on what a client may make the server wait for or hold: headers, bodies, idle connections (R4.16, R11.13, R11.18). */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerOptions } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Long selectors make long URLs (R11.13); a server in Go takes a mebibyte of headers. */
export const HEADER_LIMITS = { maxHeaderSize: 1024 * 1024 } satisfies ServerOptions;
/** R11.18: how long a connection without requests is kept. */
export const IDLE_MS = 90_000;
const HEADERS_MS = 32_000;
const WHOLE_REQUEST_MS = 60_000;
/** A refused body is read this far, so that its sender finishes writing and sees the answer. */
const DISCARD_BYTES_MAX = 64 * 1024 * 1024;
const DISCARD_MS = 5_000;

type Raw = IncomingMessage | Http2ServerRequest;

/** Applies to HTTP/1.1 on either listener; fastify sets some of them on one kind of server only. */
export function limitConnections(server: {
  keepAliveTimeout?: number;
  headersTimeout?: number;
  requestTimeout?: number;
  maxHeaderSize?: number;
  maxHeadersCount?: number | null;
}): void {
  server.keepAliveTimeout = IDLE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = WHOLE_REQUEST_MS;
  // of an HTTP/2 server's option, HTTP/1.1 on the same port learns nothing
  server.maxHeaderSize = HEADER_LIMITS.maxHeaderSize;
  // beyond its default, headers are dropped without a word
  server.maxHeadersCount = 0;
}

/**
 * Node pauses the parser of HTTP/1.1 while the last answer is still being written. A TLS connection that the parser reads by itself then still
 * hands on what is decrypted already, and the parser ends the connection for it. With a listener it is read as a stream, which holds back.
 */
export function readAsStreams(server: EventEmitter): void {
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') socket.on('data', () => {});
  });
}

/** HTTP/2 has no request timeout of its own: a body that takes too long resets its stream. */
export function timeBody(raw: Raw): void {
  const { stream } = raw as Http2ServerRequest;
  if (stream.endAfterHeaders) return;
  const timer = setTimeout(() => stream.close(), WHOLE_REQUEST_MS).unref();
  const stop = (): void => clearTimeout(timer);
  stream.once('end', stop).once('close', stop);
}

/** Reads what is left of a body that was refused, within bounds; resolves when there is no more to wait for. */
export function discardBody(raw: Raw): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(resolve, DISCARD_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DISCARD_BYTES_MAX) done();
    });
    raw.once('end', done).once('close', done).once('error', done);
    if (Number(raw.headers['content-length']) > DISCARD_BYTES_MAX || raw.readableEnded) done();
    else raw.resume();
  });
}

const REASONS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is no HTTP is answered in plain text and the connection closed. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const reason = REASONS[error.code ?? ''] ?? '400 Bad Request';
  // who is still writing would see a reset in place of the answer
  socket
    .removeAllListeners('data')
    .on('data', () => {})
    .resume();
  setTimeout(() => socket.destroy(), DISCARD_MS).unref();
  socket.end(`HTTP/1.1 ${reason}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${reason}`);
}
