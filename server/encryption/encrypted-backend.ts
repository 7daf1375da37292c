/**
 * Encryption at rest (G1.1), between Store and Backend: memory has values as they are served, the log has the values of the named
 * resources encrypted. What selectors look at is taken from the value and goes into the ciphertext with it; keys (names) stay legible.
 */
import type { Backend, Log, LogRow } from '../../storage/backend.js';
import { type Commit, commitOf } from '../../storage/commit.js';
import { bytesOf, type Entry, unshared } from '../../storage/entry.js';
import { parseKey } from '../../storage/keys.js';
import { ENCRYPTED_PREFIX, type Provider, type ProvidersOf } from './configuration.js';

export interface EncryptedBackend extends Backend {
  /** Whether the log has this entry otherwise than it would be written now: a write of the same value rotates its key. */
  isStale(key: string): boolean;
}

const MARK = Buffer.from(ENCRYPTED_PREFIX);
/** Of the labels and fields, before them. */
const LENGTH_BYTES = 4;
const NO_PROVIDERS: readonly Provider[] = [];

/**
 * `providersOf` is absent where no configuration is: an encrypted log is refused then, instead of served as it is. Opening rejects with
 * one line when a value cannot be read with the keys that there are.
 */
export function encryptedBackend(backend: Backend, providersOf?: ProvidersOf): EncryptedBackend {
  const stale = new Set<string>();
  const providersOfKey = (key: string): readonly Provider[] => providersOf?.(parseKey(key)) ?? NO_PROVIDERS;

  const decrypted = (entry: Entry): Entry => (isEncrypted(entry.bytes) ? decrypt(entry, providersOfKey(entry.key)) : entry);

  const noteStale = ({ entry, deleted }: LogRow): void => {
    const [first] = providersOfKey(entry.key);
    const isCurrent = first === undefined || (first.cipher ? startsWith(entry.bytes, first.prefix) : !isEncrypted(entry.bytes));
    if (isCurrent || deleted) stale.delete(entry.key);
    else stale.add(entry.key);
  };

  async function* rowsOf(rows: Log['rows']): AsyncGenerator<readonly LogRow[]> {
    for await (const chunk of rows) {
      if (providersOf) for (const row of chunk) noteStale(row);
      const isPlain = !chunk.some(({ entry }) => isEncrypted(entry.bytes));
      yield isPlain ? chunk : chunk.map((row) => ({ ...row, entry: decrypted(row.entry) }));
    }
  }

  const encrypted = (commit: Commit): Commit => {
    const { entry } = commit;
    const [first] = providersOfKey(entry.key);
    if (!first?.cipher) return commit;
    return commitOf(commit.previous, encrypt(entry, first as Provider & { cipher: object }), commit.type === 'DELETED');
  };

  return {
    async open() {
      const log = await backend.open();
      return { ...log, rows: rowsOf(log.rows) };
    },
    async append(commits) {
      if (!providersOf) return backend.append(commits);
      const revision = await backend.append(commits.map(encrypted));
      if (stale.size) for (const { entry } of commits) stale.delete(entry.key);
      return revision;
    },
    async readAt(prefix, revision) {
      return (await backend.readAt(prefix, revision)).map(decrypted);
    },
    compact: (revision) => backend.compact(revision),
    close: () => backend.close(),
    isStale: (key) => stale.has(key),
  };
}

/** A served value is JSON and begins with a brace. */
const isEncrypted = (bytes: Buffer): boolean => bytes[0] === MARK[0] && bytes.subarray(0, MARK.length).equals(MARK);

const startsWith = (bytes: Buffer, prefix: string): boolean => bytes.subarray(0, prefix.length).toString('latin1') === prefix;

function encrypt({ key, revision, bytes, labels, fields }: Entry, { prefix, cipher, key: secret }: Provider): Entry {
  const selected = bytesOf(JSON.stringify([labels, fields]));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(selected.length);
  const written = cipher!.encrypt(Buffer.concat([length, selected, bytes]), secret, key);
  return { key, revision, bytes: Buffer.concat([Buffer.from(prefix), written]), labels: {}, fields: {} };
}

/** Throws an Error that names the object and the key it was written with. */
function decrypt({ key, revision, bytes }: Entry, providers: readonly Provider[]): Entry {
  for (const { prefix, cipher, key: secret } of providers) {
    if (!cipher || !startsWith(bytes, prefix)) continue;
    const plain = attempt(() => cipher.decrypt(bytes.subarray(prefix.length), secret, key));
    const made = plain && attempt(() => unpacked(plain));
    if (made) return { key, revision, ...made };
  }
  throw new Error(
    `cannot decrypt ${key}: it was written by ${writerOf(bytes)}, and the encryption configuration has no such key or another one`,
  );
}

function unpacked(plain: Buffer): Pick<Entry, 'bytes' | 'labels' | 'fields'> {
  const start = LENGTH_BYTES + plain.readUInt32BE(0);
  const [labels, fields] = JSON.parse(plain.subarray(LENGTH_BYTES, start).toString('utf8')) as [Entry['labels'], Entry['fields']];
  return { labels, fields, bytes: unshared(plain.subarray(start)) };
}

/** What an attempt with a wrong key throws says nothing. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** `aesgcm key "key1"`, from `k8s:enc:aesgcm:v1:key1:`. */
function writerOf(bytes: Buffer): string {
  const [, , provider, , name] = bytes.subarray(0, 320).toString('latin1').split(':', 5);
  return `${provider} key ${JSON.stringify(name)}`;
}
