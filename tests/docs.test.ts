import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const pages = [
  'README.md',
  'storage/DESIGN.md',
  'controllers/DESIGN.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => join('docs', file)),
  ...readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).map((file) => join('examples', file)),
].filter((file) => file.endsWith('.md') && !file.includes('node_modules'));

t.test('links in the pages lead somewhere', async (t) => {
  for (const page of pages)
    for (const [, link] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g))
      if (!/^[a-z]+:/.test(link!)) t.ok(existsSync(resolve(root, dirname(page), link!)), `${page} → ${link}`);
});

t.test('commands that the pages name exist', async (t) => {
  const { scripts, bin } = JSON.parse(read('package.json')) as { scripts: Record<string, string>; bin: Record<string, string> };
  t.ok(bin['kurma']);
  // the scripts of docs/providers.md are those of a provider's own folder
  for (const page of pages.filter((file) => file !== 'docs/providers.md')) {
    for (const [, script] of read(page).matchAll(/npm run ([a-z:-]+)/g)) t.ok(script! in scripts, `${page}: npm run ${script}`);
  }
});

t.test('the two commands of the first screen are those of CI and of package.json', async (t) => {
  const readme = read('README.md').split('\n').slice(0, 12).join('\n');
  t.match(readme, /npm ci && npm start/);
  t.match(readme, /npm ci && npm test/);
  t.match(read('.ci/run'), /npm ci[\s\S]*bin\/test\.mjs/);
});

t.test('what differs from Kubernetes is said once for every divergence of the replay', async (t) => {
  const { divergences } = await import('./golden/divergences.js');
  for (const { scenario, reason } of divergences) t.ok(read('docs/compatibility.md').includes(reason), `${scenario}: ${reason}`);
  t.match(read('docs/compatibility.md'), /\| topic \| here \| in Kubernetes \|/);
});
