/** `kurma init provider` makes what is green at once; `kurma verify provider` says what is wrong with a broken one. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { kurma, providerFile } from './verify-example.js';

const directory = mkdtempSync(join(tmpdir(), 'init-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));
t.setTimeout(120_000);

const npm = (name: string, ...args: string[]) =>
  new Promise<{ code: number; text: string }>((resolve) => {
    // Without tap's own variables: npm starts another test runner.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TAP|NODE_|npm_)/.test(name)));
    execFile('npm', args, { cwd: join(directory, name), env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr });
    });
  });

t.test('a provider from init passes its own tests', async (t) => {
  const made = await kurma(['init', 'provider', 'job-queue'], { cwd: directory });
  t.equal(made.code, 0, made.text);
  t.match(made.text, /cd job-queue\n {2}npm test/);
  const provider = readFileSync(join(directory, 'job-queue', 'provider.mjs'), 'utf8');
  t.match(provider, /kind: 'JobQueue'/);
  t.notMatch(provider, /notebook/i);
  const tested = await npm('job-queue', 'test');
  t.equal(tested.code, 0, tested.text);
  t.match(tested.text, /pass 16/);
});

t.test('a provider from init in TypeScript passes its own tests, and the compiler', async (t) => {
  const made = await kurma(['init', 'provider', 'proxy', '--typescript'], { cwd: directory });
  t.equal(made.code, 0, made.text);
  t.match(readFileSync(join(directory, 'proxy', 'provider.ts'), 'utf8'), /kind: 'Proxy'/);
  const tested = await npm('proxy', 'test');
  t.equal(tested.code, 0, tested.text);
  t.match(tested.text, /pass 16/);
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  const compiler = [join(modules, '.bin', 'tsc'), '--typeRoots', join(modules, '@types')];
  const checked = await promisify(execFile)(process.execPath, compiler, { cwd: join(directory, 'proxy') }).catch((error) => error);
  t.equal(checked.stdout, '');
  const alone = ['--import', 'kurma/typescript', 'provider.ts', '--kubeconfig', 'absent.kubeconfig'];
  const ran = await promisify(execFile)(process.execPath, alone, { cwd: join(directory, 'proxy') }).catch((error) => error);
  t.match(ran, { code: 1, stderr: /no such file.*absent\.kubeconfig/ }, 'it is read, and looks for the server');
});

t.test('the role of a provider is printed', async (t) => {
  const { code, text } = await kurma(['plugin', 'rbac', join(directory, 'proxy', 'provider.ts'), '--namespace', 'cache', '--leader-elect']);
  t.equal(code, 0, text);
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  t.same(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
    [
      'ServiceAccount cache/proxy',
      'ClusterRole /kurma:plugin:proxy',
      'ClusterRoleBinding /kurma:plugin:proxy',
      'Role cache/kurma:plugin:proxy',
      'RoleBinding cache/kurma:plugin:proxy',
    ],
  );
  const [, { rules }] = objects;
  t.match(rules, [{}, { apiGroups: ['proxy.example.com'], resources: ['proxys'], verbs: ['get', 'list', 'patch', 'watch'] }]);
  t.match(objects[3].rules, [
    { resources: ['leases'], verbs: ['create'] },
    { resources: ['leases'], resourceNames: ['proxy'], verbs: ['get', 'update'] },
  ]);
  t.match(await kurma(['kubeconfig', '--namespace', 'x']), { code: 1, text: /--namespace and --leader-elect need --plugin/ });
  t.match(await kurma(['kubeconfig', '--plugin', 'x', '--user', 'y']), { code: 1, text: /are different users: one of them/ });
  t.match(await kurma(['plugin', 'rbac', join(directory, 'absent.mjs')]), { code: 1, text: /failed to load/ });
});

t.test('init refuses names and places that will not do', async (t) => {
  t.match(await kurma(['init', 'provider', 'Job_Queue'], { cwd: directory }), { code: 1, text: /cannot be the name of a provider/ });
  t.match(await kurma(['init', 'provider', 'job-queue'], { cwd: directory }), { code: 1, text: /is there already, and not empty/ });
  writeFileSync(join(directory, 'file'), '');
  t.match(await kurma(['init', 'provider', 'file'], { cwd: directory }), { code: 1, text: /is there already, and no directory/ });
  t.match(await kurma(['init', 'provider'], { cwd: directory }), { code: 1, text: /missing required argument/ });
});

t.test('verify ends with 1 and the reason', async (t) => {
  const broken = readFileSync(providerFile('notebook'), 'utf8').replace('if (keys) write', 'if (keys?.nothing) write');
  const file = join(directory, 'job-queue', 'broken.mjs');
  writeFileSync(file, broken);
  const env = { NOTEBOOKS_DIR: join(directory, 'notebooks') };
  t.match(await kurma(['verify', 'provider', file, '--only', 'rotation'], { env }), {
    code: 1,
    text: /FAIL {2}rotation.*\n {7}the old credentials still work after the overlap\n\nnotebook: 0 passed, 1 failed, 0 skipped/,
  });
  t.match(await kurma(['verify', 'provider', file, '--timeout', '0']), { code: 1, text: /--timeout: a number of seconds above 0/ });
  t.match(await kurma(['verify', 'provider', join(directory, 'absent.mjs')]), { code: 1, text: /failed to load/ });
});
