/**
 * What field management costs, beside a JSON round trip of the same object (`parse + stringify`), to be compared between revisions:
 * `node dist/tests/bench/apply.js`.
 */
import { apply, type ManagerRequest, trackUpdate } from '../../schemas/apply/field-manager.js';
import { builtin, custom, type KindUnderTest } from '../schemas/apply-object.js';
import { clone, type JsonObject } from '../../schemas/json-value.js';

const CONFIG_MAP = builtin('v1', 'ConfigMap');
const LIST = custom({
  type: 'object',
  properties: {
    items: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' }, value: { type: 'string' } } },
    },
  },
});

const data = (keys: number, bytes: number): JsonObject => ({
  data: Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key-${i}`, 'x'.repeat(bytes)])),
});
const items = (length: number): JsonObject => ({ items: Array.from({ length }, (_, i) => ({ name: `n${i}`, value: 'v' })) });

function change(object: JsonObject): JsonObject {
  const changed = clone(object);
  if (Array.isArray(changed['items'])) (changed['items'][0] as JsonObject)['value'] = 'changed';
  else (changed['data'] as JsonObject)['key-0'] = 'changed';
  return changed;
}

const cases: [string, KindUnderTest, JsonObject][] = [
  ['ConfigMap, 10 keys, 1 KB', CONFIG_MAP, data(10, 80)],
  ['ConfigMap, 10 keys, 100 KB', CONFIG_MAP, data(10, 10_000)],
  ['ConfigMap, 1,000 keys, 100 KB', CONFIG_MAP, data(1_000, 80)],
  ['list map of 1,000 items', LIST, items(1_000)],
  ['list map of 10,000 items', LIST, items(10_000)],
];

for (const [name, kind, content] of cases) {
  const request: ManagerRequest = { manager: 'm1', apiVersion: kind.apiVersion, kind: kind.kind, time: '2024-01-01T00:00:00Z' };
  const config: JsonObject = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'a' }, ...content };
  const live = apply(undefined, config, kind.type, { ...request, force: false }, kind.options);
  const changedConfig = change(config);
  const updated = change(live);
  const roundTrip = microseconds(() => JSON.stringify(JSON.parse(JSON.stringify(live))));
  const measured = {
    'apply, one value changed': microseconds(() => apply(live, changedConfig, kind.type, { ...request, force: false }, kind.options)),
    'apply, nothing changed': microseconds(() => apply(live, config, kind.type, { ...request, force: false }, kind.options)),
    'update, one value changed': microseconds(() =>
      trackUpdate(live, { ...updated, metadata: { name: 'a' } }, kind.type, request, kind.options),
    ),
  };
  for (const [what, time] of Object.entries(measured)) {
    console.log(
      `${name.padEnd(32)} ${what.padEnd(28)} ${time.toFixed(1).padStart(10)} µs  ${(time / roundTrip).toFixed(1).padStart(6)} × JSON`,
    );
  }
}

/** The median of nine rounds, each of about 20 ms. */
function microseconds(run: () => unknown): number {
  const once = (times: number): number => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < times; i++) run();
    return Number(process.hrtime.bigint() - start) / 1000;
  };
  for (let warm = 0; warm < 200_000; warm += once(1));
  const times = Math.max(1, Math.round(20_000 / once(1)));
  const rounds = Array.from({ length: 9 }, () => once(times) / times).sort((a, b) => a - b);
  return rounds[4]!;
}
