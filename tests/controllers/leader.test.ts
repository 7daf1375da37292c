import t from 'tap';
import { runAsLeader } from '../../controllers/leader.js';
import { silentLogger } from '../../controllers/logger.js';
import type { KubeObject } from '../../controllers/object.js';
import type { Transport } from '../../controllers/transport.js';
import { createClient } from '../../controllers/transport-client.js';
import { createFakeApi, eventually } from '../helpers/fake-api.js';

const leaseKind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
const lease = { name: 'l', namespace: 'n' };
type Lease = KubeObject & { spec: { holderIdentity: string; leaseTransitions: number; renewTime: string } };

function setUp() {
  const api = createFakeApi([{ apiVersion: 'coordination.k8s.io/v1', resource: 'leases', kind: 'Lease', namespaced: true }]);
  const state: Record<string, 'leading' | 'stopped'> = {};
  const candidate = (identity: string, transport: Transport = api.transport) => {
    const stop = new AbortController();
    const result = runAsLeader(
      {
        client: createClient(transport),
        lease,
        identity,
        signal: stop.signal,
        log: silentLogger,
        leaseDurationMs: 1000,
        renewDeadlineMs: 60,
        retryPeriodMs: 10,
      },
      async (signal) => {
        state[identity] = 'leading';
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        state[identity] = 'stopped';
      },
    );
    return { stop: () => stop.abort(), result };
  };
  return { api, state, candidate, get: () => createClient(api.transport).get<Lease>(leaseKind, lease) };
}

t.test('one of two leads; when it stops it gives the lease back and the other takes over', async (t) => {
  const { state, candidate, get } = setUp();
  const a = candidate('a');
  await eventually(() => state['a'] === 'leading');
  t.match((await get()).spec, { holderIdentity: 'a', leaseTransitions: 0, renewTime: /\.\d{6}Z$/ });
  const b = candidate('b');
  a.stop();
  t.equal(await a.result, true);
  t.equal(state['a'], 'stopped');
  await eventually(() => state['b'] === 'leading');
  t.match((await get()).spec, { holderIdentity: 'b', leaseTransitions: 1 });
  b.stop();
  t.equal(await b.result, true);
});

t.test('a leader that can no longer renew stops', async (t) => {
  const { api, state, candidate } = setUp();
  let isCut = false;
  const cut: Transport = {
    ...api.transport,
    request: (call) => (isCut ? Promise.reject(new Error('cut off')) : api.transport.request(call)),
  };
  const a = candidate('a', cut);
  await eventually(() => state['a'] === 'leading');
  isCut = true;
  t.equal(await a.result, false);
  t.equal(state['a'], 'stopped');
});

t.test('a candidate that stops waiting never leads', async (t) => {
  const { state, candidate } = setUp();
  const a = candidate('a');
  await eventually(() => state['a'] === 'leading');
  const b = candidate('b');
  b.stop();
  t.equal(await b.result, true);
  t.equal(state['b'], undefined);
  a.stop();
  await a.result;
});
