import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { JsonValue } from '../../../schemas/json-value.js';
import { createServer, type KurmaServer, type ServerOptions } from '../../../server/index.js';
import { encryptionConfiguration } from '../../../server/encryption/configuration.js';
import { seal, unseal } from '../../../server/encryption/secretbox.js';

const secretOf = (byte: number, length = 32): string => Buffer.alloc(length, byte).toString('base64');
const keys = (...names: [name: string, byte: number][]): JsonValue => ({
  keys: names.map(([name, byte]) => ({ name, secret: secretOf(byte) })),
});
const configuration = (providers: JsonValue, resources: JsonValue = ['secrets']): JsonValue => ({
  kind: 'EncryptionConfiguration',
  apiVersion: 'apiserver.config.k8s.io/v1',
  resources: [{ resources, providers }],
});

t.test("a box is NaCl's", async (t) => {
  const key = Buffer.from('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389', 'hex');
  const nonce = Buffer.from('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37', 'hex');
  const message = Buffer.from(
    'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31' +
      '0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864' +
      '5e0705',
    'hex',
  );
  const box =
    'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972' +
    '71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3' +
    '7973f622a43d14a6599b1f654cb45a74e355a5';
  t.equal(seal(message, nonce, key).toString('hex'), box);
  t.same(unseal(Buffer.from(box, 'hex'), nonce, key), message);
});

t.test('a box opens with its key, and not when a bit of it is another', async () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((b) => Buffer.from(b));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes(24), bytes(32), fc.nat(), (text, nonce, key, at) => {
      const box = seal(Buffer.from(text), nonce, key);
      if (!unseal(box, nonce, key)?.equals(text)) return false;
      box[at % box.length]! ^= 1;
      return unseal(box, nonce, key) === undefined;
    }),
    { numRuns: 50 },
  );
});

const refused: [title: string, configuration: JsonValue, error: string][] = [
  ['another kind', { kind: 'Pod' }, 'no EncryptionConfiguration of apiserver.config.k8s.io/v1'],
  ['no resources', { ...(configuration([]) as object), resources: [] }, 'resources: at least one is required'],
  ['no providers', configuration([]), 'resources[0].providers: at least one is required'],
  [
    'a key management service',
    configuration([{ kms: { name: 'x' } }]),
    'resources[0].providers[0].kms: a key management service is not supported: use secretbox, aesgcm or aescbc',
  ],
  [
    'two providers in one',
    configuration([{ identity: {}, aescbc: keys(['a', 1]) }]),
    'resources[0].providers[0]: more than one provider specified in a single element, should split into different list elements',
  ],
  ['an unknown provider', configuration([{ rot13: {} }]), 'resources[0].providers[0]: unknown provider "rot13"'],
  [
    'a short key',
    configuration([{ aesgcm: { keys: [{ name: 'a', secret: secretOf(1, 5) }] } }]),
    'resources[0].providers[0].aesgcm.keys[0].secret: secret is not of the expected length, got 5, expected one of [16 24 32]',
  ],
  [
    'no base64',
    configuration([{ secretbox: { keys: [{ name: 'a', secret: '%' }] } }]),
    'resources[0].providers[0].secretbox.keys[0].secret: secrets must be base64 encoded',
  ],
  [
    'a bare star',
    configuration([{ identity: {} }], ['*']),
    "resources[0].resources[0]: use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources",
  ],
];
for (const [title, value, error] of refused)
  t.test(`a configuration is refused for ${title}`, async (t) => t.throws(() => encryptionConfiguration(value), { message: error }));

const covered: [pattern: string, group: string, resource: string, covers: boolean][] = [
  ['secrets', '', 'secrets', true],
  ['secrets', 'example.com', 'secrets', false],
  ['widgets.example.com', 'example.com', 'widgets', true],
  ['*.', '', 'configmaps', true],
  ['*.', 'apps', 'deployments', false],
  ['*.apps', 'apps', 'deployments', true],
  ['*.*', 'apps', 'deployments', true],
];
for (const [pattern, group, resource, covers] of covered)
  t.test(`${pattern} ${covers ? 'covers' : 'does not cover'} ${resource} of group "${group}"`, async (t) => {
    const providers = encryptionConfiguration(configuration([{ identity: {} }], [pattern]))({ group, resource });
    t.equal(providers !== undefined, covers);
  });

const PLAIN = 'correct-horse-battery';
const ENCODED = Buffer.from(PLAIN).toString('base64');
const kind = { apiVersion: 'v1', kind: 'Secret' };

async function withServer<T>(options: Partial<ServerOptions>, use: (server: KurmaServer) => Promise<T>): Promise<T> {
  const server = await createServer({ port: -1, controllers: [], logLevel: 'silent', ...options });
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

const onDisk = (dir: string): string =>
  readdirSync(dir)
    .map((file) => (file.startsWith('kurma.db') ? readFileSync(join(dir, file), 'latin1') : ''))
    .join('');

for (const provider of ['aescbc', 'aesgcm', 'secretbox'])
  t.test(`with ${provider} the database does not tell a secret`, async (t) => {
    const dataDir = t.testdir({});
    const fileOf = (name: string, providers: JsonValue): string => {
      const file = join(dataDir, `${name}.json`);
      writeFileSync(file, JSON.stringify(configuration(providers)));
      return file;
    };
    const identity = { identity: {} };
    const one = fileOf('one', [{ [provider]: keys(['one', 1]) }, identity]);
    const two = fileOf('two', [{ [provider]: keys(['two', 2], ['one', 1]) }]);
    const onlyTwo = fileOf('only-two', [{ [provider]: keys(['two', 2]) }]);
    const wrong = fileOf('wrong', [{ [provider]: keys(['one', 3]) }]);
    const object = { ...kind, metadata: { name: 's', namespace: 'default', labels: { hidden: PLAIN } }, data: { password: ENCODED } };

    const written = await withServer({ dataDir, encryptionConfig: one }, ({ client }) => client.create(object));
    const disk = onDisk(dataDir);
    t.match(disk, `k8s:enc:${provider}:v1:one:`);
    t.notMatch(disk, PLAIN);
    t.notMatch(disk, ENCODED);

    const refusal = `cannot decrypt /secrets/root/default/s: it was written by ${provider} key "one", and the encryption configuration has no such key or another one`;
    await t.rejects(createServer({ dataDir, port: -1, logLevel: 'silent' }), { message: refusal }, 'no configuration');
    await t.rejects(
      createServer({ dataDir, port: -1, logLevel: 'silent', encryptionConfig: wrong }),
      { message: refusal },
      'another key of that name',
    );
    await t.rejects(
      createServer({ dataDir, port: -1, logLevel: 'silent', encryptionConfig: onlyTwo }),
      { message: refusal },
      'no such key',
    );

    await withServer({ dataDir, encryptionConfig: two }, async ({ client }) => {
      const read = await client.get(kind, { namespace: 'default', name: 's' });
      t.same(read, written, 'read with the second key');
      const list = await client.list(kind, { namespace: 'default', labelSelector: `hidden=${PLAIN}` });
      t.equal(list.items.length, 1, 'selected by its label');
      const rotated = await client.update(read);
      t.not(rotated.metadata.resourceVersion, read.metadata.resourceVersion, 'a write that changes nothing rotates the key');
      const again = await client.update(rotated);
      t.equal(again.metadata.resourceVersion, rotated.metadata.resourceVersion, 'once');
    });
    t.match(onDisk(dataDir), `k8s:enc:${provider}:v1:two:`);
  });

t.test('what was written before encryption was asked for is read, and encrypted by the next write', async (t) => {
  const dataDir = t.testdir({ 'c.json': JSON.stringify(configuration([{ secretbox: keys(['one', 1]) }, { identity: {} }])) });
  await withServer({ dataDir }, ({ client }) =>
    client.create({ ...kind, metadata: { name: 's', namespace: 'default' }, data: { password: ENCODED } }),
  );
  t.match(onDisk(dataDir), ENCODED);
  await withServer({ dataDir, encryptionConfig: join(dataDir, 'c.json') }, async ({ client }) => {
    await client.update(await client.get(kind, { namespace: 'default', name: 's' }));
  });
  t.match(onDisk(dataDir), 'k8s:enc:secretbox:v1:one:');
});
