// Websites: each order is a web server process of its own, the one of the quickstart, run by the process driver.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProcessDriver, defineProvider, freePort, run } from 'kurma/controllers';

const processes = createProcessDriver(process.env.WEBSITES_DIR ?? join(tmpdir(), 'kurma-services', 'websites'));
const script = fileURLToPath(new URL('../quickstart/serve-pages.mjs', import.meta.url));
const commandOf = ({ id, facts }) => ({ command: process.execPath, args: [script, processes.directory(id), id, String(facts.port)] });
const textOf = ({ spec }) => JSON.stringify(spec.pages);

/** Whether the server that answers is the one of this order; it says so itself. */
async function answers({ id, facts }) {
  try {
    const answer = await fetch(`http://127.0.0.1:${facts.port}/.well-known/website`, { signal: AbortSignal.timeout(1000) });
    return (await answer.json()).uid === id;
  } catch {
    return false;
  }
}

async function serve(order) {
  const changed = await processes.write(order.id, 'pages.json', textOf(order)); // read anew by the process when it changes
  const running = await processes.find(order.id, commandOf(order));
  if (changed && running?.isCurrent) return;
  if (running) await processes.stop(order.id);
  await processes.start(order.id, commandOf(order));
}

/** The pages as they are served, for comparison with those that are wanted. */
async function servesPages({ facts, spec }) {
  for (const [path, page] of Object.entries(spec.pages)) {
    const answer = await fetch(`http://127.0.0.1:${facts.port}${encodeURI(path)}`, { signal: AbortSignal.timeout(1000) });
    if ((await answer.text()) !== page) return false;
  }
  return true;
}

const plugin = defineProvider({
  name: 'website',
  offering: { displayName: 'Website', description: 'A few pages, served by a process of their own', type: 'http' },
  order: {
    group: 'websites.kurma.dev',
    version: 'v1alpha1',
    kind: 'Site',
    description: 'A few pages, served by a process of their own.',
    required: ['pages'],
    spec: {
      pages: { type: 'object', minProperties: 1, description: 'HTML by path: "/", "/about" …', additionalProperties: { type: 'string' } },
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'A free one where absent.' },
    },
    facts: { port: { type: 'integer' }, url: { type: 'string' } },
    columns: [{ name: 'URL', type: 'string', jsonPath: '.status.url' }],
  },
  driftSeconds: 2,

  validate({ pages }) {
    const wrong = Object.keys(pages).find((path) => !path.startsWith('/'));
    return wrong === undefined ? undefined : `pages: ${JSON.stringify(wrong)} does not begin with "/"`;
  },
  prepare: async ({ spec }) => ({ port: spec.port ?? (await freePort()) }),
  create: serve,
  async observe(order) {
    const { spec, facts } = order;
    const wanted = { ...order, facts: { ...facts, port: spec.port ?? facts.port } };
    const running = await processes.find(order.id, commandOf(wanted));
    if (!running) return undefined;
    const told = { port: wanted.facts.port, url: `http://127.0.0.1:${wanted.facts.port}/` };
    if (!running.isCurrent) return { ready: false, differs: `it does not serve port ${told.port}`, facts: told };
    if (!(await answers(wanted))) return { ready: false, message: `process ${running.pid} does not answer yet` };
    if (!(await servesPages(wanted))) return { ready: true, differs: 'other pages are served', facts: told };
    return { ready: true, message: `process ${running.pid} serves ${Object.keys(spec.pages).length} pages`, facts: told };
  },
  update: (order) => serve({ ...order, facts: { ...order.facts, port: order.spec.port ?? order.facts.port } }),
  delete: ({ id }) => processes.remove(id),

  list: () => processes.ids(),
  samples: {
    spec: { pages: { '/': 'one' } },
    changed: { pages: { '/': 'two', '/more': 'three' } },
    damage: ({ id }) => processes.write(id, 'pages.json', '{"/":"defaced"}'),
  },
});

export default plugin;
await run(import.meta.url, plugin);
