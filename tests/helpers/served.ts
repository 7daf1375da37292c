/** A server on a free TLS port, and ways to talk to it that no client library would allow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import type { Test } from 'tap';
import { createServer, type KurmaServer, type ServerOptions } from '../../server/index.js';

export const ADMIN_TOKEN = 'admin-token';

export interface Served {
  server: KurmaServer;
  port: number;
}

/** Listens until the test is over. Whoever bears `ADMIN_TOKEN` may do everything. */
export async function serve(t: Test, options: Partial<ServerOptions> = {}): Promise<Served> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kurma-test-'));
  const server = await createServer({
    memory: true,
    port: 0,
    dataDir,
    logLevel: 'silent',
    tokens: [{ token: ADMIN_TOKEN, user: { name: 'admin', groups: ['system:masters'] } }],
    ...options,
  });
  t.teardown(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { server, port: Number(new URL(server.url!).port) };
}

export const open = (port: number): TLSSocket =>
  connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });

export interface RawAnswer {
  /** `200 OK`; empty when the connection was closed without an answer. */
  status: string;
  headers: string;
  body: string;
  /** Of the socket, such as ECONNRESET. */
  error: string | undefined;
}

/** Sends bytes as they are and reads until the server closes. */
export function sendRaw(port: number, parts: readonly (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = open(port);
    let text = '';
    let error: string | undefined;
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', (e: NodeJS.ErrnoException) => {
      error = e.code;
    });
    socket.on('close', () => {
      const end = text.indexOf('\r\n\r\n');
      const headers = end < 0 ? text : text.slice(0, end);
      const body = end < 0 ? '' : text.slice(end + 4);
      resolve({ status: headers.split('\r\n')[0]!.replace(/^HTTP\/1.1 /, ''), headers, body, error });
    });
    for (const part of parts) socket.write(part);
  });
}

/** An HTTP/1.1 request of the admin on a connection of its own. */
export function rawRequest(
  method: string,
  target: string,
  headers: readonly string[] = [],
  body: string | Buffer = '',
): (string | Buffer)[] {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: x', 'Connection: close', `Authorization: Bearer ${ADMIN_TOKEN}`, ...headers];
  if (body.length > 0) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return [`${lines.join('\r\n')}\r\n\r\n`, body];
}
