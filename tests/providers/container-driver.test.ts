/** Containers of a real Podman over its socket: one of an id, found by its label, limited, replaced, and gone with its volumes. */
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { type ContainerDefinition, createContainerDriver, freePort } from '../../controllers/index.js';
import { connectEngine } from '../../controllers/services/drivers/engine-api.js';
import { eventually } from '../helpers/fake-api.js';
import { noPodman, type Podman, startPodman } from './podman.js';

t.setTimeout(120_000);

t.test('where the engine is', async (t) => {
  const address = (host?: string, env: Record<string, string> = {}) => connectEngine(host, env).address;
  t.equal(address(undefined, { DOCKER_HOST: 'unix:///a.sock' }), 'unix:///a.sock');
  t.equal(address('tcp://127.0.0.1:2375'), 'tcp://127.0.0.1:2375');
  t.throws(() => address('ssh://somewhere'), /"ssh:\/\/somewhere" cannot be the address of a container engine/);
  const absent = createContainerDriver({ host: `unix://${join(t.testdir(), 'none.sock')}` });
  await t.rejects(absent.find('one'), /the container engine at unix:.*none\.sock: connect ENOENT/);
  await t.rejects(absent.start('one', { image: 'x' }), /the container engine at unix:/);
});

t.test('an engine that answers with no JSON is told of in its words', async (t) => {
  const server = createServer((_, response) => response.writeHead(502).end('bad gateway'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  await t.rejects(createContainerDriver({ host: `tcp://127.0.0.1:${port}` }).ids(), { message: 'bad gateway', code: 502 });
});

t.test('containers of a real engine', { skip: noPodman ?? false }, async (t) => {
  const engine: Podman = await startPodman();
  t.teardown(() => engine.stop());
  const { host, image } = engine;
  const driver = createContainerDriver({ host });
  const port = await freePort();
  const web = (word: string): ContainerDefinition => ({
    image,
    command: ['/bin/sh', '-c', `echo ${word}; echo ${word} >> /data/words; exec /bin/httpd -f -p 80 -h /www`],
    ports: [{ container: 80, host: port }],
    volumes: [{ name: 'data', target: '/data' }],
    env: { WORD: word },
    limits: { memoryMb: 64, cpus: 0.5, processes: 20 },
  });
  const running = (id: string) => eventually(async () => (await driver.find(id))?.state === 'running', `${id} to run`, 20_000);
  const count = () => engine.podman('ps', '--all', '--quiet').split('\n').filter(Boolean).length;

  await t.test('one is made once, found by another driver, and answers at its port', async (t) => {
    t.equal(await driver.find('web'), undefined);
    await driver.start('web', web('first'));
    await running('web');
    const { container } = (await driver.find('web'))!;
    const other = createContainerDriver({ host });
    t.equal((await other.start('web', web('first'))).container, container, 'not made twice');
    t.same(await other.find('web', web('first')), { container, state: 'running', isCurrent: true });
    t.same(await other.ids(), ['web']);
    t.equal(count(), 1);
    t.equal(await (await fetch(`http://127.0.0.1:${port}/index.html`)).text(), 'hello');
    t.equal(await driver.log('web'), 'first');
    t.equal(await driver.exec('web', ['/bin/sh', '-c', 'echo $WORD; cat /data/words']), 'first\nfirst');
    await t.rejects(driver.exec('web', ['/bin/sh', '-c', 'echo no; false']), /ended with code 1: no/);
  });

  await t.test('of two that make one at the same time there is one', async (t) => {
    const sleeper = { image, command: ['/bin/sleep', '1000'] };
    await Promise.allSettled([driver, createContainerDriver({ host })].map((each) => each.start('twin', sleeper)));
    await running('twin');
    t.equal(count(), 2);
    await driver.remove('twin');
  });

  await t.test('one that was made and never started, as by a provider that died, is taken over', async (t) => {
    const body = { Image: image, Cmd: ['/bin/sleep', '1000'], Labels: { 'services.kurma.dev/external-id': 'left' } };
    await connectEngine(host).call({ method: 'POST', path: '/containers/create', query: { name: 'whatever' }, body });
    t.match(await driver.find('left', { image }), { state: /created|configured/, isCurrent: false });
    await driver.start('left', { image, command: ['/bin/sleep', '1000'] });
    await running('left');
    t.equal(count(), 2, 'the other one has gone');
    await driver.remove('left');
  });

  await t.test('another definition replaces it, its volume stays', async (t) => {
    t.equal((await driver.find('web', web('second')))?.isCurrent, false);
    await driver.start('web', web('second'));
    await running('web');
    await eventually(async () => (await driver.exec('web', ['/bin/cat', '/data/words'])) === 'first\nsecond', 'both words');
    t.equal(count(), 1);
  });

  await t.test('limits hold', async (t) => {
    const [{ Id }] = await connectEngine(host).call<[{ Id: string }]>({ method: 'GET', path: '/containers/json' });
    const { HostConfig } = await connectEngine(host).call<{ HostConfig: Record<string, number> }>({
      method: 'GET',
      path: `/containers/${Id}/json`,
    });
    t.match(HostConfig, { Memory: 64 << 20, NanoCpus: 5e8, PidsLimit: 20 });
    const hungry = { image, command: ['/bin/sh', '-c', 'x=x; while :; do x=$x$x; done'], limits: { memoryMb: 32 }, restart: 'no' as const };
    await driver.start('hungry', hungry);
    await eventually(async () => (await driver.find('hungry'))?.state === 'exited', 'the end of one that takes too much', 30_000);
    t.ok((await driver.find('hungry'))?.exitCode);
    await driver.remove('hungry');
  });

  await t.test('an image that is not here is pulled, one that is nowhere is told of', async (t) => {
    const first = await driver.start('pulled', { image: engine.remoteImage, command: ['/bin/sleep', '1000'] });
    t.match(first.state, /pulling|running/);
    await running('pulled');
    await driver.remove('pulled');
    // The same engine, behind somebody slow.
    engine.podman('rmi', engine.remoteImage);
    const slow = await startSlowly(host, 1500);
    t.teardown(() => slow.close());
    const patient = createContainerDriver({ host: slow.host });
    const sleeper = { image: engine.remoteImage, command: ['/bin/sleep', '1000'] };
    t.match(await patient.start('pulled', sleeper), { state: 'pulling', message: /^pulling/, isCurrent: true });
    t.match(await patient.start('pulled', sleeper), { state: /pulling|running/ }, 'not begun twice');
    await running('pulled');
    t.equal(count(), 2);
    await patient.remove('pulled');
    const nowhere = engine.remoteImage.replace('busybox', 'nothing');
    await t.rejects(async () => {
      for (let times = 0; times < 20; times++) await driver.start('nowhere', { image: nowhere });
    }, /nothing:2.*(manifest unknown|not found)/is);
    t.equal(await driver.find('nowhere'), undefined);
  });

  await t.test('one that cannot start says why', async (t) => {
    await t.rejects(async () => {
      for (let times = 0; times < 20; times++) await driver.start('wrong', { image, command: ['/no/such/program'] });
    }, /no such file or directory/);
    await driver.remove('wrong');
  });

  await t.test('one that is removed leaves nothing', async (t) => {
    await driver.stop('web', 1);
    t.equal((await driver.find('web'))?.state, 'exited');
    await driver.remove('web');
    await driver.remove('web');
    t.equal(count(), 0);
    t.equal(engine.podman('volume', 'ls', '--quiet').trim(), '');
    t.same(await driver.ids(), []);
  });
});

/** In front of the engine; what it says of a pull comes later. */
async function startSlowly(host: string, ms: number): Promise<{ host: string; close(): void }> {
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const onward = request({ socketPath: host.replace('unix://', ''), method, path, headers }, async (answer) => {
      if (path?.includes('/images/create')) await new Promise((resolve) => setTimeout(resolve, ms));
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: `tcp://127.0.0.1:${(server.address() as { port: number }).port}`, close: () => server.close() };
}
