// A kind and what makes it true: every Website is a web server process of its own.
//
//   in the server's process:   kurma serve --plugin examples/quickstart/website.mjs
//   as a process of its own:   node examples/quickstart/website.mjs --kubeconfig FILE
import { addFinalizer, defineKind, definePlugin, removeFinalizer, run, withCondition } from 'kurma/controllers';
import { findSite, freePort, removeSite, startSite, stopSite, writePages } from './site.mjs';

const group = 'quickstart.kurma.dev';
const kind = { apiVersion: `${group}/v1`, kind: 'Website' };
const finalizer = `${group}/process`;
const lookAgainMs = 1000;

const website = defineKind({
  group,
  version: 'v1',
  kind: 'Website',
  shortNames: ['web'],
  description: 'A few pages, served by a process of their own.',
  spec: {
    type: 'object',
    required: ['pages'],
    properties: {
      pages: { type: 'object', description: 'HTML by path: "/", "/about" …', additionalProperties: { type: 'string' } },
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'A free one where absent.' },
    },
  },
  status: {
    type: 'object',
    properties: {
      url: { type: 'string' },
      ready: { type: 'boolean' },
      port: { type: 'integer', description: 'Chosen before the process is started, so that it is found again.' },
      observedGeneration: { type: 'integer', format: 'int64' },
      conditions: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
        items: {
          type: 'object',
          required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
          properties: {
            type: { type: 'string' },
            status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
            reason: { type: 'string' },
            message: { type: 'string' },
            lastTransitionTime: { type: 'string', format: 'date-time' },
            observedGeneration: { type: 'integer', format: 'int64' },
          },
        },
      },
    },
  },
  columns: [
    { name: 'URL', type: 'string', jsonPath: '.status.url' },
    { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
});

/** Looks at what is, compares it with what shall be, does the next thing. It may be called at any time, and any number of times. */
async function reconcile(request, context) {
  const { client, events } = context;
  const found = await client.find(kind, request);
  if (!found) return;
  if (found.metadata.deletionTimestamp) return tearDown(found, context);

  let site = await addFinalizer(client, found, finalizer);
  const { uid } = site.metadata;
  const problem = problemWith(site.spec);
  if (problem) return notReady(site, context, 'InvalidPages', problem);

  let running = await findSite(site.status?.port, uid);
  const port = site.spec.port ?? site.status?.port ?? (await freePort());
  if (running && port !== site.status.port) {
    await stopSite(running);
    events.record(site, { type: 'Normal', reason: 'Stopped', message: `process ${running.pid} stopped: the port changes to ${port}` });
    running = undefined;
  }
  await writePages(uid, site.spec.pages);
  if (!running) {
    // Whoever comes after a crash has to find the process, so its port is stored before it exists.
    const wasReady = site.status?.ready === true;
    if (port !== site.status?.port) site = await client.updateStatus({ ...site, status: { ...site.status, port, ready: false } });
    try {
      running = await startSite(port, uid);
    } catch (error) {
      if (error.code === 'EADDRINUSE' && site.spec.port === undefined) {
        const { port: _, ...status } = site.status;
        await client.updateStatus({ ...site, status }); // the next time another port is taken
        throw error;
      }
      return notReady(site, context, error.code === 'EADDRINUSE' ? 'PortInUse' : 'NotServing', error.message);
    }
    const reason = wasReady ? 'Restarted' : 'Started';
    events.record(site, { type: 'Normal', reason, message: `process ${running.pid} serves port ${port}` });
  }
  const message = `${Object.keys(site.spec.pages).length} pages are served`;
  await setStatus(site, context, { url: `http://127.0.0.1:${port}/`, ready: true }, { status: 'True', reason: 'Serving', message });
  return { requeueAfterMs: lookAgainMs };
}

/** What the schema cannot say; undefined when all is well. */
function problemWith({ pages }) {
  const wrong = Object.keys(pages).find((path) => !path.startsWith('/'));
  if (wrong !== undefined) return `pages: ${JSON.stringify(wrong)} does not begin with "/"`;
  return Object.keys(pages).length === 0 ? 'pages: at least one is wanted' : undefined;
}

async function notReady(site, context, reason, message) {
  if (site.status?.conditions?.[0]?.message !== message) context.events.record(site, { type: 'Warning', reason, message });
  const running = await findSite(site.status?.port, site.metadata.uid);
  await setStatus(site, context, { ready: running !== undefined }, { status: 'False', reason, message });
  return { requeueAfterMs: 5 * lookAgainMs };
}

/** Writes the status when something in it differs. */
async function setStatus(site, { client, clock }, fields, condition) {
  const observedGeneration = site.metadata.generation;
  const before = site.status ?? {};
  const conditions = withCondition(before.conditions, { type: 'Ready', ...condition, observedGeneration }, clock.now());
  const status = { ...before, ...fields, observedGeneration, conditions };
  const isSame = conditions === before.conditions && Object.entries(status).every(([name, value]) => before[name] === value);
  if (!isSame) await client.updateStatus({ ...site, status });
}

async function tearDown(site, { client, events }) {
  const running = await findSite(site.status?.port, site.metadata.uid);
  if (running) {
    await stopSite(running);
    events.record(site, { type: 'Normal', reason: 'Stopped', message: `process ${running.pid} stopped` });
  }
  await removeSite(site.metadata.uid);
  await removeFinalizer(client, site, finalizer);
}

const plugin = definePlugin({
  name: 'quickstart',
  kinds: [website],
  controllers: [{ name: 'website', for: kind, concurrency: 4, reconcile }],
  permissions: [
    { apiGroups: [group], resources: ['websites'], verbs: ['patch'] },
    { apiGroups: [group], resources: ['websites/status'], verbs: ['update'] },
  ],
});

export default plugin;
await run(import.meta.url, plugin);
