// The tutorial provider: a notebook is a JSON file; a binding is a key that opens it. docs/providers.md goes through it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineProvider, run } from 'kurma/controllers';

const root = process.env.NOTEBOOKS_DIR ?? join(tmpdir(), 'notebooks');
const fileOf = (id) => join(root, `${id}.json`);
const read = (id) => (existsSync(fileOf(id)) ? JSON.parse(readFileSync(fileOf(id), 'utf8')) : undefined);

/** Whole or not at all: a crash leaves no half of a file. */
function write(id, content) {
  mkdirSync(root, { recursive: true });
  writeFileSync(`${fileOf(id)}.new`, JSON.stringify(content));
  renameSync(`${fileOf(id)}.new`, fileOf(id));
}
const put = async ({ id, spec }) => write(id, { keys: {}, ...read(id), pages: spec.pages });

const plugin = defineProvider({
  name: 'notebook',
  offering: {
    description: 'A notebook in a file',
    plans: [
      { name: 'thin', values: { pages: 10 } },
      { name: 'thick', values: { pages: 99 } },
    ],
  },
  order: { group: 'notebook.example.com', version: 'v1', kind: 'Notebook', spec: { pages: { type: 'integer', minimum: 1 } } },

  create: put,
  async observe({ id, spec }) {
    const stored = read(id);
    if (!stored) return undefined;
    return { ready: true, differs: stored.pages === spec.pages ? undefined : `${stored.pages} pages instead of ${spec.pages}` };
  },
  update: put,
  delete: async ({ id }) => rmSync(fileOf(id), { force: true }),
  async bind({ id }, { id: username, password }) {
    const { keys, ...rest } = read(id);
    write(id, { ...rest, keys: { ...keys, [username]: password } });
    return { username, password, file: fileOf(id) };
  },
  async unbind({ id }, { id: username }) {
    const { keys, ...rest } = read(id) ?? {};
    if (keys) write(id, { ...rest, keys: { ...keys, [username]: undefined } });
  },

  async probe({ file, username, password }) {
    if (JSON.parse(readFileSync(file, 'utf8')).keys[username] !== password) throw new Error('the key does not fit');
  },
  list: async () => (existsSync(root) ? readdirSync(root) : []).filter((name) => name.endsWith('.json')),
  samples: { spec: { plan: 'thin' }, changed: { plan: 'thick' }, damage: async ({ id }) => write(id, { ...read(id), pages: 0 }) },
});

export default plugin;
await run(import.meta.url, plugin);
