/** The plugin of docs/plugins.md runs, and its tables name what there is. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { KubeObject } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const guide = readFileSync(`${root}docs/plugins.md`, 'utf8');

t.test('the example greets', async (t) => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(guide)!;
  // Inside the package, so that it finds `kurma/controllers` as a plugin elsewhere finds the installed one.
  const file = `${root}dist/greetings-${process.pid}.mjs`;
  writeFileSync(file, code!);
  t.teardown(() => rmSync(file));
  const server = await createServer({ memory: true, logLevel: 'silent', plugins: [file] });
  t.teardown(() => server.stop());
  type Greeting = KubeObject & { spec: { to?: string }; status?: { text: string } };
  const kind = { apiVersion: 'example.com/v1', kind: 'Greeting' };
  const key = { name: 'g', namespace: 'default' };
  await server.client.create<Greeting>({ ...kind, metadata: key, spec: { to: 'you' } });
  await eventually(async () => (await server.client.get<Greeting>(kind, key)).status?.text === 'Hello you', 'the greeting');
});

t.test('the helpers it names are exported', async (t) => {
  const face = (await import('../../controllers/index.js')) as Record<string, unknown>;
  const [, list] = /^Helpers: ([\s\S]*?)\. Failures/m.exec(guide)!;
  for (const [, name] of list!.matchAll(/`(\w+)`/g)) t.type(face[name!], 'function', name!);
});
