import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { objectAt, objectsAt } from '../../schemas/validation/members.js';
import { callerOf } from '../helpers/command.js';
import { serve } from '../helpers/served.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const LIST = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };
const ONE = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };

/** What could be taken for the end of the metadata, or for its beginning. */
const TEXTS = ['', '"', '\\', '\\"', '}', '{', '}}"}', '"metadata":{}', '\\\\"}', 'é"}😀', '\u0000\n', '{"a":"\\"}"}'];

t.test('bare metadata are those of the object, whatever is written in them (R8.10)', async (t) => {
  const { server } = await serve(t, { controllers: [] });
  const call = callerOf(server.url!, 4);
  t.teardown(() => call.close());
  const watched = call('GET', `${CONFIG_MAPS}?watch=1&timeoutSeconds=2`, undefined, ONE);
  const whole: JsonObject[] = [];
  for (const [i, text] of TEXTS.entries()) {
    const metadata = { name: `a${i}`, annotations: { a: text, [`b.${i}`]: `${text}${text}` } };
    const { status, body } = await call('POST', CONFIG_MAPS, { metadata, data: { metadata: text } });
    t.equal(status, 201, text);
    whole.push(objectAt(body, 'metadata')!);
  }
  const listed = await call('GET', CONFIG_MAPS, undefined, LIST);
  const named = (items: readonly JsonObject[]): JsonObject[] =>
    items.map((item) => objectAt(item, 'metadata')!).filter((metadata) => /^a\d/.test(metadata['name'] as string));
  const byName = (a: JsonObject, b: JsonObject): number => (String(a['name']) < String(b['name']) ? -1 : 1);
  t.strictSame(named(objectsAt(listed.body, 'items')), [...whole].sort(byName));
  t.strictSame((await call('GET', `${CONFIG_MAPS}/a3`, undefined, ONE)).body['metadata'], whole[3]);
  const lines = (await watched).text.trim().split('\n');
  t.strictSame(named(lines.map((line) => objectAt(JSON.parse(line) as JsonObject, 'object')!)), whole);
});
