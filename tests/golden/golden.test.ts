import t from 'tap';
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
  { skip: isKubectlMissing() ? 'kubectl is not installed' : false, timeout: 220_000 },
  async (t) => {
    for (const { scenario, wrong, gone, text } of await replay(scenariosOf(FAMILIES))) {
      t.same(wrong, [], `${scenario}: every answer is equal`, { text: wrong.length ? text.slice(0, 3000) : '' });
      t.same(gone, [], `${scenario}: every listed divergence is still there`);
    }
  },
);
