import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Which folders a folder may import from, beside itself (architecture, floors). */
const FLOORS: Record<string, readonly string[]> = {
  schemas: [],
  storage: [],
  openapi: ['schemas'],
  controllers: ['schemas'],
  server: ['schemas', 'storage', 'openapi', 'controllers'],
  bin: ['server', 'controllers', 'schemas'],
};
/** Packages that belong to one place. */
const PLACES: Record<string, RegExp> = {
  fastify: /^server\//,
  ws: /^server\//,
  'better-sqlite3': /^storage\/sqlite\//,
};
/** The pure floors do no I/O; hashing and LRU caches are none. */
const PURE = ['schemas', 'openapi'];
const PURE_NODE = new Set(['node:crypto', 'node:net', 'node:zlib', 'node:buffer']);

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\{[^}]*\})?[^'"\n;]*?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map((match) => (match[1] ?? match[2])!);
}

for (const [floor, below] of Object.entries(FLOORS)) {
  t.test(`${floor} knows only ${[floor, ...below].join(', ')}`, async (t) => {
    const files = sources(floor);
    t.ok(files.length > 0, 'there are sources');
    for (const file of files) {
      for (const name of importsOf(file)) {
        if (name.startsWith('.')) {
          const target = relative(root, resolve(root, dirname(file), name)).split(sep)[0]!;
          if (target !== floor && !below.includes(target)) t.fail(`${file} imports ${name}`);
        } else {
          const place = PLACES[name];
          if (place && !place.test(file.split(sep).join('/'))) t.fail(`${file} imports ${name}`);
          if (PURE.includes(floor) && name.startsWith('node:') && !PURE_NODE.has(name)) t.fail(`${file} imports ${name}`);
        }
      }
    }
  });
}
