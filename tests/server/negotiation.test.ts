import t from 'tap';
import { acceptsAny, ALL_TYPES, negotiate, negotiateDiscovery, type Offer } from '../../server/negotiation.js';
import { Query } from '../../server/query.js';

const builtin: Offer = { types: ALL_TYPES, conversions: true };
const custom: Offer = { types: ALL_TYPES.slice(0, 2), conversions: true };
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const PARTIAL_PB = 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';

/** Accept, what comes: the media type and the conversion, or 406. */
const CASES: [accept: string | undefined, offer: Offer, expected: string][] = [
  [undefined, builtin, 'application/json'],
  ['', builtin, 'application/json'],
  ['*/*', builtin, 'application/json'],
  ['application/yaml', builtin, 'application/yaml'],
  ['application/vnd.kubernetes.protobuf,application/json', builtin, 'application/vnd.kubernetes.protobuf'],
  ['application/vnd.kubernetes.protobuf,application/json', custom, 'application/json'],
  ['application/vnd.kubernetes.protobuf', custom, '406'],
  ['application/json;q=0.5,application/yaml', builtin, 'application/yaml'],
  [TABLE, builtin, 'application/json Table v1'],
  [`application/json,${TABLE}`, builtin, 'application/json'],
  [TABLE.replace('v=v1', 'v=v9'), builtin, '406'],
  [`${TABLE.replace('v=v1', 'v=v9')},application/json`, builtin, 'application/json'],
  ['application/json;as=Table;v=v1', builtin, '406'],
  ['*/*;as=Table;v=v1beta1;g=meta.k8s.io', builtin, 'application/json Table v1beta1'],
  [PARTIAL_PB, custom, 'application/vnd.kubernetes.protobuf PartialObjectMetadata v1'],
  [PARTIAL_PB.replace('PartialObjectMetadata', 'Table'), builtin, '406'],
  ['application/json;stream=x', builtin, '406'],
  ['application/json;stream=', builtin, 'application/json'],
  ['APPLICATION/JSON', builtin, '406'],
  ['text/html', builtin, '406'],
];

t.test('Accept chooses (R8.1–R8.4)', async (t) => {
  for (const [accept, offer, expected] of CASES) {
    const output = negotiate(accept, offer, new Query(''), undefined);
    const got = output === undefined ? '406' : [output.mediaType, ...(output.as ? [output.as.kind, output.as.version] : [])].join(' ');
    t.equal(got, expected, String(accept));
  }
});

t.test('JSON is pretty for people (R8.20)', async (t) => {
  const pretty = (query: string, agent: string | undefined, accept?: string): boolean =>
    negotiate(accept, builtin, new Query(query), agent)!.pretty;
  t.equal(pretty('', 'curl/8'), true);
  t.equal(pretty('', 'Mozilla/5.0 x'), true);
  t.equal(pretty('', 'kubectl/v1.36'), false);
  t.equal(pretty('pretty=false', 'curl/8'), false);
  t.equal(pretty('pretty=T', undefined), true);
  t.equal(pretty('pretty=yes', undefined), false);
  t.equal(pretty('', undefined, 'application/json;pretty=1'), true);
});

t.test('aggregated discovery is found wherever it stands (R9.20)', async (t) => {
  const clause = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  t.equal(negotiateDiscovery(`application/json,${clause};q=0.1`), 'application/json');
  t.equal(negotiateDiscovery(clause.replace('json', 'yaml')), 'application/yaml');
  t.equal(negotiateDiscovery(clause.replace('v2', 'v2beta1')), undefined);
  t.equal(negotiateDiscovery('*/*'), undefined);
});

t.test('routes of built-ins ignore parameters but not case (R1.19)', async (t) => {
  t.equal(acceptsAny('application/json;charset=utf-8', ['application/json']), true);
  t.equal(acceptsAny('application/*', ['application/json']), false);
  t.equal(acceptsAny('text/html, */*', ['application/json']), true);
});
