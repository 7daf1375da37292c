/** The real `kurma serve` as a child process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../schemas/json-value.js';
import { encodeJson } from '../../schemas/wire/json.js';
import { ADMIN_TOKEN } from './served.js';

const KURMA = fileURLToPath(new URL('../../bundle/kurma.js', import.meta.url));

export interface Ended {
  code: number | null;
  stderr: string;
}

export interface Command {
  child: ChildProcess;
  /** Its URL; rejects with what it printed when it ends before it serves. */
  url: Promise<string>;
  ended: Promise<Ended>;
}

/** Starts `kurma serve` on a data directory and a free port; the admin's token is known. */
export function startCommand(dataDir: string, flags: readonly string[] = ['--port', '0']): Command {
  const config = `${dataDir}.yaml`;
  writeFileSync(config, `tokens: [{token: ${ADMIN_TOKEN}, user: {name: admin, groups: ['system:masters']}}]\n`);
  const args = [KURMA, 'serve', '--config', config, '--data-dir', dataDir, '--log-level', 'error', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stderr!.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  const url = new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (chunk) => {
      stdout += String(chunk);
      const found = /serves (https:\S+?)\.?\s/.exec(stdout);
      if (found) resolve(found[1]!);
    });
    void ended.then(() => reject(new Error(stderr)));
  });
  url.catch(() => {});
  return { child, url, ended };
}

export interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: JsonObject;
  text: string;
}

export type Caller = (method: string, path: string, body?: JsonObject, headers?: Record<string, string>) => Promise<Answered>;

/** Calls as the admin, over few connections that are kept. Rejects when the connection breaks. */
export function callerOf(url: string, sockets = 16): Caller & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, rejectUnauthorized: false });
  const call: Caller = (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : encodeJson(body);
      const sent = request(new URL(path, url), {
        method,
        agent,
        headers: {
          authorization: `Bearer ${ADMIN_TOKEN}`,
          ...(content && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
          ...headers,
        },
      });
      sent.on('error', (error) => reject(new Error(`${method} ${path}: ${error.message}`)));
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const isJson = String(response.headers['content-type']).startsWith('application/json') && !path.includes('watch=');
          resolve({ status: response.statusCode!, headers: response.headers, body: isJson ? (JSON.parse(text) as JsonObject) : {}, text });
        });
        response.on('aborted', () => reject(new Error('aborted')));
      });
      sent.end(content);
    });
  return Object.assign(call, { close: () => agent.destroy() });
}
