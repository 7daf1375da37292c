// The tutorial provider in TypeScript: a notebook is a JSON file; a binding is a key that opens it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineProvider, type Order, run } from 'kurma/controllers';

/** Of an order. */
interface Spec {
  pages: number;
}
/** What is in the file: pages, and the keys that open it. */
interface Content extends Spec {
  keys: Record<string, string>;
}

const root = process.env['NOTEBOOKS_DIR'] ?? join(tmpdir(), 'notebooks');
const fileOf = (id: string) => join(root, `${id}.json`);
const read = (id: string): Content | undefined =>
  existsSync(fileOf(id)) ? (JSON.parse(readFileSync(fileOf(id), 'utf8')) as Content) : undefined;

/** Whole or not at all: a crash leaves no half of a file. */
function write(id: string, content: Content): void {
  mkdirSync(root, { recursive: true });
  writeFileSync(`${fileOf(id)}.new`, JSON.stringify(content));
  renameSync(`${fileOf(id)}.new`, fileOf(id));
}
const put = async ({ id, spec }: Order<Spec>) => write(id, { keys: {}, ...read(id), pages: spec.pages });

const plugin = defineProvider<Spec>({
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
    if (stored.pages === spec.pages) return { ready: true };
    return { ready: true, differs: `${stored.pages} pages instead of ${spec.pages}` };
  },
  update: put,
  delete: async ({ id }) => rmSync(fileOf(id), { force: true }),
  async bind({ id }, { id: username, password }) {
    const content = read(id);
    if (!content) throw new Error(`${fileOf(id)} is gone`);
    write(id, { ...content, keys: { ...content.keys, [username]: password } });
    return { username, password, file: fileOf(id) };
  },
  async unbind({ id }, { id: username }) {
    const content = read(id);
    if (!content) return;
    const { [username]: _, ...keys } = content.keys;
    write(id, { ...content, keys });
  },

  async probe({ file = '', username = '', password }) {
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as Content;
    if (keys[username] !== password) throw new Error('the key does not fit');
  },
  list: async () => (existsSync(root) ? readdirSync(root) : []).filter((name) => name.endsWith('.json')),
  samples: {
    spec: { plan: 'thin' },
    changed: { plan: 'thick' },
    damage: async ({ id }) => write(id, { keys: {}, ...read(id), pages: 0 }),
  },
});

export default plugin;
await run(import.meta.url, plugin);
