/**
 * The server against a bare fastify on the same protocol, in one run: rates and the CPU time that the serving process spends on a request.
 * `node dist/tests/bench/server.js` (TLS, HTTP/1.1, 64 connections, SQLite in a temporary directory).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastify from 'fastify';
import { freshCertificates } from '../../server/certificates.js';
import { createServer } from '../../server/index.js';

const TOKEN = 'bench';
const CLIENTS = 64;
const MAPS = '/api/v1/namespaces/default/configmaps';
const payload = (name: string): string =>
  JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, data: { content: 'x'.repeat(900) } });

/** In a child: serves on a free port, says which. */
async function target(kind: string, dataDir: string): Promise<void> {
  if (kind === 'kurma') {
    const tokens = [{ token: TOKEN, user: { name: 'bench', groups: ['system:masters'] } }];
    const server = await createServer({ port: 0, dataDir, logLevel: 'silent', tokens });
    process.send!(Number(new URL(server.url!).port));
    return;
  }
  const { serving } = await freshCertificates([], Date.now());
  const app = fastify({ http2: true, https: { allowHTTP1: true, key: serving.key, cert: serving.certificate } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const one = Buffer.from(payload('one'));
  const list = Buffer.from(`{"items":[${new Array(10_000).fill(payload('one')).join(',')}]}`);
  const watchers: NodeJS.WritableStream[] = [];
  app.get('/watch', (_message, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'application/json' });
    reply.raw.write(' ');
    watchers.push(reply.raw);
  });
  app.post('/event', async (_message, reply) => {
    for (const watcher of watchers) watcher.write(one);
    return reply.code(201).send('{}');
  });
  app.get('/*', async (message, reply) => {
    reply.header('content-type', 'application/json');
    return message.url.endsWith('configmaps') ? list : one;
  });
  app.post('/*', async (message, reply) => {
    reply.code(201).header('content-type', 'application/json');
    return JSON.stringify(JSON.parse(String(message.body)));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  process.send!(Number(new URL(app.listeningOrigin).port));
}

interface Target {
  child: ChildProcess;
  call(method: string, path: string, body?: string): Promise<number>;
  /** Opens a stream of its own connection; `onData` gets every chunk. */
  watch(path: string, onData: (bytes: number) => void): Promise<void>;
}

async function start(kind: string): Promise<Target> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kurma-bench-'));
  const child = fork(fileURLToPath(import.meta.url), [kind, dataDir]);
  child.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const [port] = (await once(child, 'message')) as [number];
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS, rejectUnauthorized: false });
  const call: Target['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${TOKEN}`,
        ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      const sent = request({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () =>
          response.statusCode! < 300 ? resolve(bytes) : reject(new Error(`${method} ${path}: ${response.statusCode}`)),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const streams = new Agent({ maxSockets: Number.POSITIVE_INFINITY, rejectUnauthorized: false });
  const watch: Target['watch'] = (path, onData) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, agent: streams, headers: { authorization: `Bearer ${TOKEN}` } }, (response) => {
        response.on('data', (chunk: Buffer) => onData(chunk.length));
        resolve();
      });
      sent.on('error', reject);
      sent.end();
    });
  return { child, call, watch };
}

/** CPU time of a process so far, in ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

interface Measured {
  rate: number;
  cpuMicros: number;
}

/** `count` calls by `clients` at a time. */
async function measure({ child }: Target, count: number, clients: number, call: (i: number) => Promise<unknown>): Promise<Measured> {
  let next = 0;
  const [cpu, started] = [cpuOf(child.pid!), performance.now()];
  const client = async (): Promise<void> => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - started) / 1000;
  return { rate: count / seconds, cpuMicros: ((cpuOf(child.pid!) - cpu) * 1000) / count };
}

async function main(): Promise<void> {
  const [kurma, bare] = [await start('kurma'), await start('bare')];
  const report = (what: string, ours: Measured, theirs: Measured): void => {
    const show = ({ rate, cpuMicros }: Measured): string => `${rate.toFixed(0).padStart(6)}/s ${cpuMicros.toFixed(0).padStart(6)} µs CPU`;
    console.log(
      `${what.padEnd(22)} kurma ${show(ours)}   bare ${show(theirs)}   rate ${((ours.rate / theirs.rate) * 100).toFixed(0)} %, CPU ×${(ours.cpuMicros / theirs.cpuMicros).toFixed(2)}`,
    );
  };
  let created = 0;
  const creates = (t: Target, count: number) => measure(t, count, CLIENTS, () => t.call('POST', MAPS, payload(`m-${created++}`)));
  await creates(kurma, 2000);
  await creates(bare, 2000);
  report('create, 64 clients', await creates(kurma, 8000), await creates(bare, 8000));
  const gets = (t: Target, count: number) => measure(t, count, CLIENTS, () => t.call('GET', `${MAPS}/m-1`));
  await gets(kurma, 3000);
  await gets(bare, 3000);
  report('get, 64 clients', await gets(kurma, 15_000), await gets(bare, 15_000));
  const lists = (t: Target) => measure(t, 20, 2, () => t.call('GET', MAPS));
  await lists(kurma);
  report('list of 10,000', await lists(kurma), await lists(bare));
  const WATCHERS = 1000;
  const fanOut = async (t: Target, path: string, send: (i: number) => Promise<unknown>): Promise<Measured> => {
    let received = 0;
    let all = (): void => {};
    for (let i = 0; i < WATCHERS; i++)
      await t.watch(path, (bytes) => {
        if (bytes > 500 && ++received % WATCHERS === 0) all();
      });
    return measure(t, 30, 1, async (i) => {
      const arrived = new Promise<void>((resolve) => {
        all = resolve;
      });
      await send(i);
      await arrived;
    });
  };
  report(
    'event to 1,000 watches',
    await fanOut(kurma, `${MAPS}?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`, (i) =>
      kurma.call('POST', MAPS, payload(`event-${i}`)),
    ),
    await fanOut(bare, '/watch', () => bare.call('POST', '/event', '{}')),
  );
  kurma.child.kill();
  bare.child.kill();
  process.exit();
}

const [kind, dataDir] = process.argv.slice(2);
if (kind) await target(kind, dataDir!);
else await main();
