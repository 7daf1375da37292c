/** WebSocket handshakes of watches: they come as requests like any other, through authentication and authorization (R7.3, R11.21). */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';

/** What came behind the handshake on the connection. */
const heads = new WeakMap<object, Buffer>();

/** Hands upgrade requests to the ordinary handler, which takes the socket over or answers and closes. */
export function serveUpgrades(app: FastifyInstance): void {
  app.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    heads.set(request, head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    socket.on('error', () => socket.destroy());
    response.once('finish', () => {
      response.detachSocket(socket);
      socket.end();
    });
    app.routing(request, response);
  });
}

/** Whether the request came with an `upgrade` event, whatever it wants to become. */
export const isUpgrade = (raw: IncomingMessage | Http2ServerRequest): raw is IncomingMessage => heads.has(raw);

/** Whether the request came with an `upgrade` event and asks for a WebSocket. */
export const isWebSocket = (raw: IncomingMessage | Http2ServerRequest): raw is IncomingMessage =>
  heads.has(raw) && raw.headers.upgrade?.toLowerCase() === 'websocket';

export const headOf = (raw: IncomingMessage): Buffer => heads.get(raw)!;

const BEARER_PROTOCOL = 'base64url.bearer.authorization.k8s.io.';

/** Subprotocols that are no credentials; the first of them is echoed. */
export function subprotocols(raw: IncomingMessage): string[] {
  return protocolsOf(raw).filter((protocol) => !protocol.startsWith(BEARER_PROTOCOL));
}

/**
 * R11.21: the Authorization header that a WebSocket's subprotocols stand for, or the one that is there. A malformed token, two of them,
 * or one without another subprotocol to echo is a bad token.
 */
export function bearerOfProtocols(raw: IncomingMessage): string | undefined {
  const encoded = protocolsOf(raw).filter((protocol) => protocol.startsWith(BEARER_PROTOCOL));
  if (encoded.length === 0) return raw.headers.authorization;
  const text = encoded[0]!.slice(BEARER_PROTOCOL.length);
  const token = Buffer.from(text, 'base64url');
  const isGood = encoded.length === 1 && /^[\w-]+$/.test(text) && isUtf8(token) && subprotocols(raw).length > 0;
  return `Bearer ${isGood ? token.toString('utf8') : 'malformed'}`;
}

function protocolsOf(raw: IncomingMessage): string[] {
  const header = raw.headers['sec-websocket-protocol'] ?? '';
  return header === '' ? [] : header.split(',').map((protocol) => protocol.trim());
}
