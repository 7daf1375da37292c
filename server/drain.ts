/** Closes a listener without cutting anybody off (R11.24). */
import type { Server } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 100;

/**
 * Follows a server's connections. The function that it returns, called as the server closes, lets requests finish, closes connections as
 * they fall idle, and what is left after `graceMs`; it returns what ends its work once the server is closed.
 */
export function drainOf(server: Server): (graceMs: number) => () => void {
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const follow = <T extends { once(event: 'close', listener: () => void): unknown }>(all: Set<T>, one: T): void => {
    all.add(one);
    one.once('close', () => all.delete(one));
  };
  // Node counts a connection as idle once its answer has ended, though the last bytes may not be out: closing it would cut the answer
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    if (![...sockets].some(({ writableLength }) => writableLength > 0)) closeIdle();
  };
  server.on('connection', (socket: Socket) => follow(sockets, socket));
  // the bytes of a TLS answer wait in the socket above the one that `connection` gives
  server.on('secureConnection', (socket: Socket) => follow(sockets, socket));
  server.on('session', (session: ServerHttp2Session) => follow(sessions, session));
  return (graceMs) => {
    const look = (): void => {
      for (const session of sessions) if (!session.closed) session.close();
      server.closeIdleConnections();
    };
    const looking = setInterval(look, LOOK_EVERY_MS);
    const late = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, graceMs);
    return () => {
      clearInterval(looking);
      clearTimeout(late);
    };
  };
}
