import { connect as connectHttp2 } from 'node:http2';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { ADMIN_TOKEN, open, rawRequest, sendRaw, serve } from '../helpers/served.js';

const { port, server } = await serve(t, { profile: 'kubernetes' });
const MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_BODY = 'Content-Type: application/json';
const LIMIT = 3 * 1024 * 1024;
const tooLarge = 'Request entity too large: limit is 3145728';
const nested = (levels: number, value = '1'): string => '{"a":'.repeat(levels) + value + '}'.repeat(levels);
const map = (members: string): string => `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m"},${members}}`;
const post = (body: string | Buffer, type = JSON_BODY): (string | Buffer)[] => rawRequest('POST', `${MAPS}?dryRun=All`, [type], body);
const patch = (type: string, body: string): (string | Buffer)[] =>
  rawRequest('PATCH', `${MAPS}/target?fieldManager=test`, [`Content-Type: application/${type}`], body);
const version = (headers: readonly string[], body = ''): (string | Buffer)[] => [...rawRequest('GET', '/version', headers), body];
const crd = (schema: string): string =>
  `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"foos.ex.com"},"spec":{"group":"ex.com","scope":"Namespaced","names":{"plural":"foos","kind":"Foo"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":${schema}}}]}}`;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

await sendRaw(
  port,
  rawRequest('POST', MAPS, [JSON_BODY], '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"target"},"data":{"a":"b"}}'),
);

/** [what is tried, the bytes, the status line, what the body must contain] */
const attacks: [string, (string | Buffer)[], string, string][] = [
  ['a body of one byte too many', post(Buffer.alloc(LIMIT + 1, 32)), '413 Payload Too Large', tooLarge],
  ['a body that goes on for 20 MB', post(Buffer.alloc(20_000_000, 32)), '413 Payload Too Large', tooLarge],
  [
    'a chunked body over the limit',
    [...rawRequest('POST', MAPS, [JSON_BODY, 'Transfer-Encoding: chunked']), '400000\r\n', Buffer.alloc(0x400000, 32), '\r\n0\r\n\r\n'],
    '413 Payload Too Large',
    tooLarge,
  ],
  [
    'a body announced far over the limit and never sent',
    rawRequest('POST', MAPS, ['Content-Length: 99999999999']),
    '413 Payload Too Large',
    tooLarge,
  ],
  ['a body as large as allowed', post(map(`"data":{"a":"${'x'.repeat(100)}"}`).padEnd(LIMIT)), '201 Created', '"name":"m"'],
  ['a GET with a body', [...rawRequest('GET', '/version', ['Content-Length: 2']), '{}'], '200 OK', '"major"'],

  ['unknown members nested 9,900 deep', post(map(`"x":${nested(9900)}`)), '201 Created', '"name":"m"'],
  ['members nested 10,001 deep', post(map(`"x":${nested(10_001)}`)), '400 Bad Request', 'exceeded max depth'],
  ['arrays nested 1,000,000 deep', post('['.repeat(1_000_000)), '400 Bad Request', 'exceeded max depth'],
  [
    'YAML nested 100,000 deep',
    post('['.repeat(100_000), 'Content-Type: application/yaml'),
    '400 Bad Request',
    'exceeded max depth of 10000',
  ],
  [
    'YAML aliases that multiply',
    post(
      ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefgh']
        .map((k, i) => (i === 0 ? k : `${k}: &${k} [${`*${'abcdefg'[i - 1]},`.repeat(9)}]`))
        .join('\n'),
      'Content-Type: application/yaml',
    ),
    '400 Bad Request',
    'excessive aliasing',
  ],
  ['a merge patch nested 9,000 deep', patch('merge-patch+json', map(`"data":${nested(9000)}`)), '400 Bad Request', ''],
  ['a strategic merge patch nested 9,000 deep', patch('strategic-merge-patch+json', map(`"data":${nested(9000)}`)), '400 Bad Request', ''],
  ['a configuration to apply nested 9,000 deep', patch('apply-patch+yaml', map(`"data":${nested(9000)}`)), '400 Bad Request', ''],
  [
    'a JSON patch nested 10,001 deep',
    patch('json-patch+json', `[{"op":"add","path":"/data/a","value":${nested(10_001)}}]`),
    '400 Bad Request',
    'exceeded max depth',
  ],
  [
    'a schema nested 4,500 deep',
    rawRequest(
      'POST',
      CRDS,
      [JSON_BODY],
      crd(`${'{"type":"object","properties":{"a":'.repeat(4500)}{"type":"string"}${'}}'.repeat(4500)}`),
    ),
    '400 Bad Request',
    'exceeded max depth',
  ],

  ['members named __proto__', post(map('"data":{"__proto__":"x"},"__proto__":{"polluted":"yes"}')), '201 Created', '"name":"m"'],
  [
    'a JSON patch into __proto__',
    patch('json-patch+json', '[{"op":"add","path":"/__proto__/polluted","value":"yes"}]'),
    '422 Unprocessable Entity',
    '',
  ],
  ['a merge patch into __proto__', patch('merge-patch+json', '{"__proto__":{"polluted":"yes"}}'), '200 OK', '"name":"target"'],

  ['two slashes in front', rawRequest('GET', '//api/v1/namespaces/default'), '200 OK', '"name":"default"'],
  ['two slashes inside', rawRequest('GET', '/api//v1/namespaces/default'), '404 Not Found', ''],
  ['a path that climbs', rawRequest('GET', '/api/v1/../../etc/passwd'), '404 Not Found', ''],
  ['two dots for a name', rawRequest('GET', '/api/v1/namespaces/..'), '400 Bad Request', 'Name parameter invalid: \\"..\\"'],
  ['a NUL in a name', rawRequest('GET', '/api/v1/namespaces/a%00b'), '404 Not Found', ''],
  ['a malformed escape', rawRequest('GET', '/api/v1/namespaces/%zz'), '400 Bad Request', 'invalid URL escape'],
  ['an escape that is no UTF-8', rawRequest('GET', '/api/v1/namespaces/%c3%28'), '400 Bad Request', 'invalid URL escape'],
  ['a path of another server', rawRequest('GET', 'http://elsewhere/api/v1/namespaces/default'), '200 OK', '"name":"default"'],
  ['an asterisk for a path', rawRequest('GET', '*'), '404 Not Found', ''],
  [
    'a query of 500,000 characters',
    rawRequest('GET', `/api/v1/namespaces?labelSelector=${'a%3Db,'.repeat(83_000)}a`),
    '200 OK',
    '"items":[]',
  ],
  ['a malformed escape in the query', rawRequest('GET', '/version?a=%zz'), '200 OK', '"major"'],

  ['TRACE', rawRequest('TRACE', '/api/v1/namespaces/default'), '405 Method Not Allowed', 'the server does not allow this method'],
  ['PROPFIND', rawRequest('PROPFIND', '/api/v1/namespaces/default'), '405 Method Not Allowed', 'the server does not allow this method'],
  ['OPTIONS', rawRequest('OPTIONS', '/api/v1/namespaces/default'), '405 Method Not Allowed', 'the server does not allow this method'],
  ['HEAD', rawRequest('HEAD', '/api/v1/namespaces/default'), '405 Method Not Allowed', ''],
  ['a method that nobody knows', rawRequest('FOO', '/version'), '400 Bad Request', '400 Bad Request'],

  [
    'both lengths of a body',
    version(['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'),
    '400 Bad Request',
    '400 Bad Request',
  ],
  ['two different lengths', version(['Content-Length: 5', 'Content-Length: 6'], 'aaaaaa'), '400 Bad Request', '400 Bad Request'],
  ['a list of lengths', version(['Content-Length: 5, 5'], 'aaaaa'), '400 Bad Request', '400 Bad Request'],
  ['an unknown transfer encoding', version(['Transfer-Encoding: xchunked'], 'aaaaa'), '400 Bad Request', '400 Bad Request'],
  ['a blank in front of a colon', version(['X : a']), '400 Bad Request', '400 Bad Request'],
  ['a NUL in a header', version(['X: a\0b']), '400 Bad Request', '400 Bad Request'],
  ['lines without carriage return', ['GET /version HTTP/1.1\nHost: x\n\n'], '400 Bad Request', '400 Bad Request'],
  ['no HTTP at all', ['\x16\x03\x01garbage\r\n\r\n'], '400 Bad Request', '400 Bad Request'],
  ['a header of 500,000 characters', version([`X: ${'a'.repeat(500_000)}`]), '200 OK', '"major"'],
  ['a header of 3,000,000 characters', version([`X: ${'a'.repeat(3_000_000)}`]), '431 Request Header Fields Too Large', ''],
  ['line breaks in a warning', post(map('"a\\r\\nX-Evil: 1":1')), '201 Created', '"name":"m"'],
  ['an expectation', rawRequest('POST', MAPS, [JSON_BODY, 'Expect: 100-continue'], '{}'), '100 Continue', '422 Unprocessable Entity'],
  ['an upgrade to something else', version(['Upgrade: h2c']), '200 OK', '"major"'],

  [
    'a timeout of nothing',
    rawRequest('GET', '/api/v1/namespaces?timeout=1ns'),
    '504 Gateway Timeout',
    'request did not complete within the allotted timeout',
  ],
  [
    'a timeout while waiting',
    rawRequest('GET', '/api/v1/namespaces?timeout=20ms&resourceVersion=99999999'),
    '504 Gateway Timeout',
    'allotted timeout',
  ],
  ['a timeout that is none', rawRequest('GET', '/version?timeout=abc'), '400 Bad Request', 'invalid timeout specified in the request URL'],
];

t.test('what is sent is answered, in these words, and never with a reset', async (t) => {
  for (const [title, bytes, status, text] of attacks) {
    const answer = await sendRaw(port, bytes);
    t.equal(answer.status, status, title);
    t.ok(answer.body.includes(text), `${title}: the text`);
    t.notMatch(answer.headers, /^x-evil/im, `${title}: no header of the client's making`);
  }
  t.notOk('polluted' in {}, 'no prototype was touched');
});

t.test('requests that come in one go are answered in their order', async (t) => {
  const one = (path: string, last = false): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
  const { headers, body } = await sendRaw(port, [one('/readyz') + one('/nowhere') + one('/version', true)]);
  t.same(`${headers}\r\n\r\n${body}`.match(/HTTP\/1.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200']);
});

t.test('large requests behind large answers, on one connection, do not end it', async (t) => {
  const body = map(`"data":{"a":"${'x'.repeat(300_000)}"}`);
  const head = `POST ${MAPS}?dryRun=All HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n${JSON_BODY}\r\nContent-Length: ${body.length}\r\n`;
  const requests = Array.from({ length: 20 }, (_, i) => `${head}${i === 19 ? 'Connection: close\r\n' : ''}\r\n${body}`);
  const { headers, body: rest, error } = await sendRaw(port, requests);
  t.equal(error, undefined);
  t.equal(`${headers}${rest}`.match(/HTTP\/1.1 201/g)?.length, 20);
});

t.test('an idle connection is kept', async (t) => {
  const socket = open(port);
  await once(socket, 'secureConnect');
  socket.write('GET /version HTTP/1.1\r\nHost: x\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  t.match(first.toString(), /keep-alive: timeout=90/i);
  socket.destroy();
});

t.test('hundreds of connections at once', async (t) => {
  const answers = await Promise.all(Array.from({ length: 300 }, () => sendRaw(port, rawRequest('GET', '/readyz'))));
  t.equal(answers.filter(({ status }) => status === '200 OK').length, 300);
});

t.test('HTTP/2 streams that are reset at once do no harm', async (t) => {
  const session = connectHttp2(server.url!, { rejectUnauthorized: false });
  session.on('error', () => {});
  const headers = { ':path': `${MAPS}?watch=1`, authorization: `Bearer ${ADMIN_TOKEN}` };
  for (let i = 0; i < 2000 && !session.destroyed; i++) {
    const stream = session.request(headers);
    stream.on('error', () => {});
    stream.close(8);
  }
  await sleep(100);
  session.destroy();
  t.equal((await sendRaw(port, rawRequest('GET', '/readyz'))).status, '200 OK');
});

t.test('an HTTP/2 body over the limit gets its answer', async (t) => {
  const session = connectHttp2(server.url!, { rejectUnauthorized: false });
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': MAPS,
    authorization: `Bearer ${ADMIN_TOKEN}`,
    'content-type': 'application/json',
  });
  let status: number | undefined;
  stream.on('response', (headers) => {
    status = headers[':status'];
  });
  stream.on('error', () => {});
  stream.resume();
  stream.end(Buffer.alloc(LIMIT + 1, 32));
  await once(stream, 'close');
  t.equal(status, 413);
  session.destroy();
});
