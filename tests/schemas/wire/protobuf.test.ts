import fc from 'fast-check';
import t from 'tap';
import { builtinSchema } from '../../../schemas/builtin-schema.js';
import { definitionOfKind, definitions } from '../../../schemas/definitions/index.js';
import { apiVersionOf, type GroupVersionKind, parseApiVersion } from '../../../schemas/group-version.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { decodeProtobuf, encodeProtobuf, ProtobufError, protobufWatchFrame } from '../../../schemas/wire/protobuf.js';
import { filled } from '../../helpers/filled.js';

const v1 = (kind: string): GroupVersionKind => ({ group: '', version: 'v1', kind });

/** Every built-in kind, lists included. */
const KINDS: GroupVersionKind[] = [...definitions()].flatMap(({ gvk = [] }) =>
  gvk
    .filter((name) => name !== '*')
    .map((name) => {
      const at = name.lastIndexOf('/');
      return { ...parseApiVersion(name.slice(0, at))!, kind: name.slice(at + 1) };
    }),
);

function conformed(object: JsonObject, gvk: GroupVersionKind): JsonObject {
  builtinSchema(definitionOfKind(gvk)!.name).conform(object, []);
  return object;
}

t.test('every kind comes back as it was sent, full and empty', async (t) => {
  const changed: string[] = [];
  for (const gvk of KINDS) {
    const { name } = definitionOfKind(gvk)!;
    const full = conformed({ apiVersion: apiVersionOf(gvk), kind: gvk.kind, ...filled(name) }, gvk);
    const empty = conformed({ apiVersion: apiVersionOf(gvk), kind: gvk.kind }, gvk);
    for (const object of [full, empty]) {
      const bytes = encodeProtobuf(object, gvk);
      const back = decodeProtobuf(bytes).object!;
      if (!encodeProtobuf(back, gvk).equals(bytes)) changed.push(`${gvk.kind}: bytes`);
      t.strictSame(conformed(back, gvk), object, `${apiVersionOf(gvk)} ${gvk.kind}`);
    }
  }
  t.strictSame(changed, []);
});

t.test('the bytes are those that Go writes', async (t) => {
  const hex = (object: JsonObject, gvk: GroupVersionKind): string => encodeProtobuf(object, gvk).toString('hex');
  const envelope = (kind: string, apiVersion: string, raw: string): string => {
    const text = (tag: number, value: string) => Buffer.from([tag * 8 + 2, value.length, ...Buffer.from(value)]).toString('hex');
    const type = text(1, apiVersion) + text(2, kind);
    const framed = (tag: number, content: string) => Buffer.from([tag * 8 + 2, content.length / 2]).toString('hex') + content;
    return `6b387300${framed(1, type)}${framed(2, raw)}1a002200`;
  };
  const emptyMeta = '0a10' + '0a00' + '1200' + '1a00' + '2200' + '2a00' + '3200' + '3800' + '4200';
  t.equal(
    hex({ metadata: {}, data: { b: '2', a: '1' } }, v1('ConfigMap')),
    envelope('ConfigMap', 'v1', `${emptyMeta}12060a016112013112060a0162120132`),
  );
  t.equal(
    hex({ spec: { replicas: -1 }, status: { replicas: 0 } }, { group: 'autoscaling', version: 'v1', kind: 'Scale' }),
    envelope('Scale', 'autoscaling/v1', `${emptyMeta}120b08ffffffffffffffffff01${'1a0408001200'}`),
  );
  const definition: JsonObject = {
    spec: {
      versions: [
        { schema: { openAPIV3Schema: { 'x-kubernetes-validations': [{ rule: 'true' }, { rule: '1 == 1', message: 'm' } as JsonObject] } } },
      ],
    },
  };
  t.match(
    hex(definition, { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }),
    'e2020c0a047472756512001a002a00' + 'e2020f0a0631203d3d203112016d1a002a00',
    'a named list of structs is no message of its own',
  );
});

t.test('zero values are dropped where JSON omits them and kept where a pointer holds them (R8.43)', async (t) => {
  const apps = { group: 'apps', version: 'v1', kind: 'Deployment' };
  const { object } = decodeProtobuf(encodeProtobuf({ spec: { replicas: 0, paused: false, selector: {}, template: {} } }, apps));
  const spec = object!['spec'] as JsonObject;
  t.equal(spec['replicas'], 0);
  t.notOk('paused' in spec || 'minReadySeconds' in spec);
  t.strictSame(object!['metadata'], {});
});

t.test('int64 beyond 2^53 and times survive', async (t) => {
  const meta = {
    generation: 9007199254740993n,
    creationTimestamp: '2024-05-01T08:00:00Z',
    deletionGracePeriodSeconds: -9223372036854775808n,
  };
  const { object } = decodeProtobuf(encodeProtobuf({ metadata: meta }, v1('ConfigMap')));
  t.strictSame(object!['metadata'], meta);
});

t.test('an envelope that does not name a kind takes the expected one; unknown kinds have no object', async (t) => {
  const bytes = Buffer.concat([Buffer.from('6b387300', 'hex'), Buffer.from([0x12, 0])]);
  t.strictSame(decodeProtobuf(bytes, v1('Secret')), { apiVersion: 'v1', kind: 'Secret', object: { apiVersion: 'v1', kind: 'Secret' } });
  t.strictSame(decodeProtobuf(bytes, { group: 'example.com', version: 'v1', kind: 'Widget' }), {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
  });
  t.throws(() => encodeProtobuf({}, { group: 'example.com', version: 'v1', kind: 'Widget' }), /no protobuf message/);
});

t.test('a watch frame is a length and a WatchEvent (R7.2)', async (t) => {
  const frame = protobufWatchFrame('ADDED', encodeProtobuf({ metadata: { name: 'a' } }, v1('ConfigMap')));
  t.equal(frame.readUInt32BE(0), frame.length - 4);
  t.equal(frame.subarray(4, 11).toString('latin1'), '\n\u0005ADDED');
  t.ok(frame.includes('k8s\0'));
});

const nested = (depth: number): Buffer => {
  let schema = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) schema = Buffer.concat([Buffer.from([0xe2, 0x01]), varint(schema.length), schema]); // not = 28
  const version = message(4, message(1, schema)); // schema, openAPIV3Schema
  return Buffer.concat([Buffer.from('6b387300', 'hex'), message(2, message(2, message(7, version)))]);
};
function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 0x7f) | 0x80]), varint(value >> 7)]);
}
const message = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag * 8 + 2]), varint(content.length), content]);

t.test('what is no message is refused with a text (R8.41)', async (t) => {
  const start = '6b387300';
  for (const [hex, text] of [
    ['', 'empty data'],
    ['7b7d', 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'],
    [start, 'empty body'],
    [`${start}12ffffffff0f`, 'unexpected EOF'],
    [`${start}1205aa`, 'unexpected EOF'],
    [`${start}12ffffffffffffffffffff01`, 'proto: integer overflow'],
    [`${start}120208`, 'unexpected EOF'],
    [`${start}12021005`, 'proto: wrong wireType = 0 for field Data'],
    [`${start}12024f05`, 'proto: illegal wireType 7'],
    [`${start}12020200`, 'proto: ConfigMap: illegal tag 0 (wire type 2)'],
    [`${start}120112`, 'unexpected EOF'],
  ] as const)
    t.throws(() => decodeProtobuf(Buffer.from(hex, 'hex'), v1('ConfigMap')), { message: text }, hex);
  t.throws(() => decodeProtobuf(nested(5000), { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }), {
    message: 'exceeded max depth',
  });
});

t.test('law: damaged bytes end in a message or in a ProtobufError', async () => {
  const pod = encodeProtobuf(filled('io.k8s.api.core.v1.Pod'), v1('Pod'));
  fc.assert(
    fc.property(fc.nat(pod.length - 1), fc.nat(255), fc.nat(pod.length), (at, byte, length) => {
      const damaged = Buffer.from(pod.subarray(0, Math.max(length, at + 1)));
      damaged[at] = byte;
      try {
        decodeProtobuf(damaged);
        return true;
      } catch (error) {
        return error instanceof ProtobufError;
      }
    }),
    { numRuns: 2000 },
  );
});
