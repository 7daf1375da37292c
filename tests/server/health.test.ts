import t from 'tap';
import { createHealth } from '../../server/health.js';
import { healthChecks } from '../../server/health-checks.js';
import { createServer } from '../../server/index.js';

t.test('a server that has not started lives but is not ready (R1.21)', async (t) => {
  const state = { isReady: false, isStopping: false };
  const health = createHealth(healthChecks(state));
  t.equal(health.report('livez', ['ping'], [], false)?.text, 'ok');
  t.match(health.report('readyz', [], [], false), { ok: false, text: /\[-\]informer-sync failed: reason withheld\n/ });
  state.isReady = true;
  t.same(health.report('readyz', [], [], false), { ok: true, text: 'ok' });
  state.isStopping = true;
  t.match(health.report('readyz', [], [], false), { ok: false, text: /\[-\]shutdown failed: reason withheld\nreadyz check failed\n$/ });
  t.match(health.report('readyz', [], ['shutdown'], true), { ok: true, text: /\[\+\]shutdown excluded: ok\n/ });
  t.equal(health.report('livez', ['shutdown'], [], false), undefined);
});

t.test('the checks are metrics too', async (t) => {
  const server = await createServer({ memory: true, port: -1, controllers: [], logLevel: 'silent' });
  t.teardown(() => server.stop());
  const { status, body } = await server.transport.request({ method: 'GET', path: '/metrics/slis', query: {} });
  t.equal(status, 200);
  t.match(body, /kubernetes_healthcheck\{name="etcd",type="livez"\} 1\n/);
});
