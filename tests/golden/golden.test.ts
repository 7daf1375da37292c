import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createServer } from '../../server/index.js';
import { isKubectlMissing, replay, scenariosOf } from './replay.js';

/** What runs on every `npm test`; the rest is `npm run test:golden`. Scenarios that wait for seconds by themselves are left to that. */
const FAMILIES = [
  'error',
  'discovery',
  'list',
  'patch',
  'table-negotiation',
  'table-include',
  'write-create',
  'write-update',
  'write-no-op',
  'write-labels',
  'watch-basic',
  'cr-crud',
];

t.test(
  'the answers of a real kube-apiserver are ours',
  { skip: isKubectlMissing() ? 'kubectl is not installed' : false, timeout: 110_000 },
  async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kurma-golden-'));
    const server = await createServer({ memory: true, port: 0, profile: 'kubernetes', dataDir, logLevel: 'silent' });
    t.teardown(async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    });
    for (const { scenario, wrong, gone, text } of await replay(server.kubeconfigPath!, scenariosOf(FAMILIES))) {
      t.same(wrong, [], `${scenario}: every answer is equal`, { text: wrong.length ? text.slice(0, 3000) : '' });
      t.same(gone, [], `${scenario}: every listed divergence is still there`);
    }
  },
);
