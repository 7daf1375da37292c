/** The Engine API of Docker, which Podman answers too: HTTP over a socket. */
import { existsSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { JsonValue } from '../../../schemas/json-value.js';

/** An answer of 400 and above, in the engine's words. */
export class EngineError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

export interface EngineCall {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  body?: JsonValue;
  headers?: Record<string, string>;
  /** For an answer to begin; 60 s where absent. */
  timeoutMs?: number;
}

export interface EngineApi {
  /** The socket or address. */
  readonly address: string;
  /** The answer's JSON; undefined where it is empty. @throws EngineError, or an Error that names the address */
  call<T>(call: EngineCall): Promise<T>;
  /** As `call`, with the body as it comes. */
  bytes(call: EngineCall): Promise<Buffer>;
  /** As `call`, one JSON value for each line as it comes. */
  lines<T>(call: EngineCall): AsyncIterable<T>;
}

type Address = { socketPath: string } | { host: string; port: number };

/** `host` as in DOCKER_HOST; where absent, that variable, then the sockets of Docker and Podman. @throws Error where there is none */
export function connectEngine(host?: string, env: NodeJS.ProcessEnv = process.env): EngineApi {
  const text = host ?? env['DOCKER_HOST'] ?? env['CONTAINER_HOST'] ?? defaultHost(env);
  const address = addressOf(text);

  const open = ({ method, path, query = {}, body, headers, timeoutMs = 60_000 }: EngineCall): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
      const search = new URLSearchParams(given).toString();
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const request = http.request(
        {
          ...address,
          method,
          path: search === '' ? path : `${path}?${search}`,
          headers: { host: 'engine', ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }), ...headers },
          agent: false,
          timeout: timeoutMs,
        },
        resolve,
      );
      request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      request.on('error', (error) => reject(new Error(`the container engine at ${text}: ${error.message}`)));
      request.end(bytes);
    });
  const answer = async (call: EngineCall): Promise<IncomingMessage> => {
    const response = await open(call);
    const { statusCode = 0 } = response;
    if (statusCode < 400) return response;
    throw new EngineError(statusCode, messageOf((await bodyOf(response)).toString()) ?? `the container engine answers ${statusCode}`);
  };
  return {
    address: text,
    async call<T>(call: EngineCall) {
      const body = (await bodyOf(await answer(call))).toString();
      return (body === '' ? undefined : JSON.parse(body)) as T;
    },
    bytes: async (call) => bodyOf(await answer(call)),
    async *lines<T>(call: EngineCall) {
      let rest = '';
      const response = await answer(call);
      response.setEncoding('utf8');
      for await (const chunk of response) {
        const lines = (rest + (chunk as string)).split('\n');
        rest = lines.pop()!;
        for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
      }
      if (rest.trim() !== '') yield JSON.parse(rest) as T;
    },
  };
}

function defaultHost(env: NodeJS.ProcessEnv): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  const sockets = [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman', 'podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
  const found = sockets.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`there is no container engine here: none of ${sockets.join(', ')} exists, and DOCKER_HOST is not set`);
  return `unix://${found}`;
}

function addressOf(host: string): Address {
  const [, scheme, rest = ''] = /^(\w+):\/\/(.*)$/.exec(host) ?? [];
  if (scheme === 'unix' && rest !== '') return { socketPath: rest };
  const [, name, port] = /^(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(rest) ?? [];
  if ((scheme === 'tcp' || scheme === 'http') && name && port) return { host: name.replace(/[[\]]/g, ''), port: Number(port) };
  throw new Error(`${JSON.stringify(host)} cannot be the address of a container engine: unix:///path or tcp://host:port is wanted`);
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function messageOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { message?: string }).message;
  } catch {
    return body.trim() || undefined;
  }
}

/** What a container has written: frames of 8 bytes and a text, or the text alone where it has a terminal. */
export function outputOf(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const isFrame = bytes.length - at >= 8 && bytes[at]! <= 2 && bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
    if (!isFrame) return bytes.toString();
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    parts.push(bytes.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString();
}
