import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { createServer } from '../../server/index.js';

const server = await createServer({ memory: true, port: -1, controllers: [], logLevel: 'silent' });
t.teardown(() => server.stop());

const CORE = '/api/v1/namespaces/default/events';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';

t.test('an event is found by the fields of either of its two groups (R6.52)', async (t) => {
  const subject = { kind: 'ConfigMap', name: 'a', namespace: 'default' };
  const common = { reason: 'Tested', type: 'Normal' };
  const events: [string, JsonObject][] = [
    [CORE, { metadata: { name: 'core' }, involvedObject: subject, source: { component: 'tester' }, ...common }],
    [
      EVENTS,
      {
        metadata: { name: 'new' },
        regarding: subject,
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'tester',
        reportingInstance: 'one',
        action: 'Test',
        ...common,
      },
    ],
  ];
  for (const [path, body] of events) t.equal((await server.transport.request({ method: 'POST', path, query: {}, body })).status, 201);
  for (const [path, fieldSelector, names] of [
    [CORE, 'source=tester', ['core', 'new']],
    [CORE, 'reportingComponent=tester', ['new']],
    [CORE, 'involvedObject.name=a,reason=Tested', ['core', 'new']],
    [EVENTS, 'reportingController=tester', ['new']],
    [EVENTS, 'regarding.kind=ConfigMap', ['core', 'new']],
  ] as const) {
    const { body } = await server.transport.request({ method: 'GET', path, query: { fieldSelector } });
    t.same(
      (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name),
      names,
      `${path} ${fieldSelector}`,
    );
  }
});
