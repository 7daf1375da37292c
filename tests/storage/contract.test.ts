import { join } from 'node:path';
import t, { type Test } from 'tap';
import { encryptedBackend } from '../../server/encryption/encrypted-backend.js';
import { encryptionConfiguration } from '../../server/encryption/configuration.js';
import type { Backend } from '../../storage/backend.js';
import { memoryBackend } from '../../storage/memory.js';
import { sqliteBackend } from '../../storage/sqlite/backend.js';
import { Store, type StoreOptions } from '../../storage/store.js';
import { storageContract, type StorageUnderTest } from '../conformance/storage.js';

/** Stores on a backend, each of which, if `restarts`, is closed and opened wherever the contract says `again`. */
function underTest(backendOf: () => () => Backend, restarts: boolean, runs: number): StorageUnderTest {
  const origins = new WeakMap<Store, { t: Test; backend: () => Backend }>();
  const open = async (t: Test, backend: () => Backend, options?: StoreOptions): Promise<Store> => {
    const store = await Store.open(backend(), options);
    origins.set(store, { t, backend });
    t.teardown(() => store.close());
    return store;
  };
  return {
    runs,
    start: (t, options) => open(t, backendOf(), options),
    async again(store, options) {
      if (!restarts) return store;
      const { t, backend } = origins.get(store)!;
      await store.close();
      return open(t, backend, options);
    },
  };
}

let files = 0;
const inSqlite = (dir: string) => () => {
  const file = join(dir, `${files++}.db`);
  return () => sqliteBackend(file);
};
const inMemory = () => {
  const backend = memoryBackend();
  return () => backend;
};

const everything = encryptionConfiguration({
  kind: 'EncryptionConfiguration',
  apiVersion: 'apiserver.config.k8s.io/v1',
  resources: [{ resources: ['*.*'], providers: [{ aesgcm: { keys: [{ name: 'one', secret: Buffer.alloc(32, 7).toString('base64') }] } }] }],
});
const encryptedInMemory = () => {
  const backend = memoryBackend();
  return () => encryptedBackend(backend, everything);
};

const dir = t.testdir({});
const implementations: [title: string, StorageUnderTest][] = [
  ['in memory', underTest(inMemory, false, 100)],
  ['in memory, opened again', underTest(inMemory, true, 100)],
  ['in memory, encrypted, opened again', underTest(encryptedInMemory, true, 50)],
  ['in SQLite', underTest(inSqlite(dir), false, 15)],
  ['in SQLite, opened again', underTest(inSqlite(dir), true, 10)],
];
for (const [title, implementation] of implementations)
  t.test(title, (t) => {
    storageContract(t, implementation);
    t.end();
  });
