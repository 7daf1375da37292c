import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient, createHttpTransport, loadKubeconfig } from 'kurma/controllers';
import t from 'tap';

/** What `npx kurma` runs. */
const kurma = fileURLToPath(new URL('../../bundle/kurma.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'kurma-command-'));
t.teardown(() => rmSync(dir, { recursive: true, force: true }));

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(args: string[]): { child: ChildProcess; done: Promise<Run>; says(text: string): Promise<void> } {
  const child = spawn(process.execPath, [kurma, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const run: Run = { code: null, stdout: '', stderr: '' };
  let look = (): void => {};
  child.stdout!.on('data', (text: Buffer) => {
    run.stdout += text.toString();
    look();
  });
  child.stderr!.on('data', (text: Buffer) => {
    run.stderr += text.toString();
  });
  const done = new Promise<Run>((resolve) => child.on('close', (code) => resolve({ ...run, code })));
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => {
        if (run.stdout.includes(text)) resolve();
      };
      look();
      void done.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)));
    });
  return { child, done, says };
}

t.test('what cannot start says why in one line and exits with 1', async (t) => {
  const taken = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const unknown = join(dir, 'unknown.yaml');
  writeFileSync(unknown, 'prt: 1\n');
  const wrong = join(dir, 'wrong.json');
  writeFileSync(wrong, '{"port": "x"}');
  const cases: [args: string[], expected: RegExp][] = [
    [['serve', '--prt', '1'], /unknown option '--prt'/],
    [['serve', '--port', 'x'], /not a port: "x"/],
    [['serve', '--profile', 'x'], /Allowed choices are platform, kubernetes/],
    [['serve', '--config', unknown], /unknown option "prt" \(did you mean "port"\?\)/],
    [['serve', '--config', wrong], /port must be integer/],
    [['serve', '--config', join(dir, 'none.yaml')], /ENOENT/],
    [['serve', '--memory', '--data-dir', join(dir, 'taken'), '--port', String(port), '--log-level', 'silent'], new RegExp(`${port}`)],
    [['serve', '--data-dir', '/proc/nothing', '--log-level', 'silent'], /data directory|\/proc\/nothing/],
    [['kubeconfig', '--data-dir', join(dir, 'none')], /start a server on this data directory first/],
    [['backup', '--data-dir', join(dir, 'none'), join(dir, 'copy')], /none\/kurma.db does not exist/],
    [['backup', dir], /is not empty/],
  ];
  const runs = await Promise.all(cases.map(([args]) => start(args).done));
  for (const [i, [args, expected]] of cases.entries()) {
    const { code, stderr } = runs[i]!;
    t.equal(code, 1, args.join(' '));
    t.match(stderr, expected, args.join(' '));
    t.equal(stderr.trim().split('\n').length, 1, `one line: ${stderr}`);
  }
  taken.close();
});

t.test('a server announces itself, keeps others off its directory, and ends cleanly', async (t) => {
  const dataDir = join(dir, 'data');
  const first = start(['serve', '--data-dir', dataDir, '--port', '0', '--log-level', 'silent']);
  await first.says('kubectl get namespaces');
  t.equal(statSync(join(dataDir, 'admin.kubeconfig')).mode & 0o777, 0o600, 'the kubeconfig is private');
  const second = await start(['serve', '--data-dir', dataDir, '--port', '0', '--log-level', 'silent']).done;
  t.equal(second.code, 1);
  t.match(second.stderr, new RegExp(`${first.child.pid}`), "the refusal names the other's pid");
  first.child.kill('SIGTERM');
  t.equal((await first.done).code, 0, 'SIGTERM drains and exits with 0');
  const { code, stdout } = await start(['kubeconfig', '--data-dir', dataDir]).done;
  t.equal(code, 0);
  t.match(stdout, /client-certificate-data/);
});

t.test('a backup of a running server is a data directory', async (t) => {
  const [dataDir, copy] = [join(dir, 'original'), join(dir, 'restored')];
  const clientOf = (at: string): Client => createClient(createHttpTransport(loadKubeconfig(join(at, 'admin.kubeconfig'))));
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const object = (name: string) => ({ ...kind, metadata: { name, namespace: 'default' }, data: { a: name } });
  const first = start(['serve', '--data-dir', dataDir, '--port', '0', '--log-level', 'error']);
  await first.says('kubectl get namespaces');
  const client = clientOf(dataDir);
  const before = await client.create(object('before'));
  const { code, stdout } = await start(['backup', '--data-dir', dataDir, copy]).done;
  t.equal(code, 0);
  t.match(stdout, copy);
  await client.create(object('after'));
  first.child.kill('SIGKILL');
  await first.done;
  t.equal(statSync(join(copy, 'kurma.db')).mode & 0o777, 0o600, 'private');

  const second = start(['serve', '--data-dir', copy, '--port', '0', '--log-level', 'error']);
  await second.says('kubectl get namespaces');
  const restored = clientOf(copy);
  t.same(await restored.get(kind, { name: 'before', namespace: 'default' }), before);
  await t.rejects(restored.get(kind, { name: 'after', namespace: 'default' }), { code: 404 });
  const authority = (at: string) => readFileSync(join(at, 'pki', 'ca.crt'), 'utf8');
  t.equal(authority(copy), authority(dataDir), 'users and their certificates stay good');
  second.child.kill('SIGTERM');
  t.equal((await second.done).code, 0);
});

t.test('every option of serve shows its default', async (t) => {
  const { stdout } = await start(['serve', '--help']).done;
  for (const option of stdout.matchAll(/^ {2}(--[a-z-]+) <[^>]+>/gm))
    t.match(stdout.slice(option.index), /default|repeatable|read options|FILE|file/, option[1]!);
});

t.test('the bundle brings plugins and workers along', async (t) => {
  const dataDir = join(dir, 'bundle');
  const plugin = fileURLToPath(new URL('../../../examples/quickstart/website.mjs', import.meta.url));
  const server = start(['serve', '--data-dir', dataDir, '--port', '0', '--log-level', 'error', '--plugin', plugin, '--watch']);
  await server.says('kubectl get namespaces');
  const transport = createHttpTransport(loadKubeconfig(join(dataDir, 'admin.kubeconfig')));
  const client = createClient(transport);
  t.match(
    (await transport.request({ method: 'GET', path: '/metrics' })).body,
    /apiserver_request_total/,
    'what is loaded on first use is there',
  );
  const kind = { apiVersion: 'quickstart.kurma.dev/v1', kind: 'Website' };
  let served: unknown;
  for (let attempt = 0; attempt < 100 && !served; attempt++) {
    served = await client.resourceFor(kind);
    if (!served) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.ok(served, "the plugin's kind is served");
  server.child.kill('SIGTERM');
  t.equal((await server.done).code, 0);
});
