import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import type { JsonObject } from '../../schemas/json-value.js';
import { ADMIN_TOKEN, open, rawRequest, sendRaw, serve } from '../helpers/served.js';

const { port, server } = await serve(t, { controllers: [] });
const MAPS = '/api/v1/namespaces/default/configmaps';
const TOKEN_PROTOCOL = `base64url.bearer.authorization.k8s.io.${Buffer.from(ADMIN_TOKEN).toString('base64url')}`;

const create = (name: string, labels: Record<string, string> = {}): Promise<unknown> =>
  server.transport.request({ method: 'POST', path: MAPS, body: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, labels } } });
const remove = (name: string): Promise<unknown> => server.transport.request({ method: 'DELETE', path: `${MAPS}/${name}` });

interface Event {
  type: string;
  object: { metadata: { name: string; resourceVersion: string } };
}

/** How a WebSocket to `path` opens, or the status that it is refused with. */
async function handshake(path: string, protocols: string[], headers: Record<string, string> = {}): Promise<WebSocket | number> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, protocols, { rejectUnauthorized: false, headers });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode!);
    });
  });
}

t.test('a WebSocket is refused as a GET would be (R7.3, R11.21)', async (t) => {
  const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const watching = `${MAPS}?watch=true`;
  for (const [title, path, protocols, headers, expected] of [
    ['nobody in particular may not watch', watching, [], {}, 403],
    ['a bad token', watching, [], { authorization: 'Bearer wrong' }, 401],
    ['a bad token for a subprotocol', watching, ['base64url.bearer.authorization.k8s.io.d3Jvbmc', 'v1'], {}, 401],
    ['a token that is no base64url', watching, ['base64url.bearer.authorization.k8s.io.+++', 'v1'], {}, 401],
    ['a token and no other subprotocol to echo', watching, [TOKEN_PROTOCOL], {}, 401],
    ['two tokens', watching, [TOKEN_PROTOCOL, `${TOKEN_PROTOCOL}x`, 'v1'], {}, 401],
    ['a list is answered as a list', MAPS, [], admin, 200],
    ['a kind that does not exist', '/api/v1/nothings?watch=true', [], admin, 404],
    ['a malformed selector', `${watching}&labelSelector=%21%21`, [], admin, 400],
  ] as const)
    t.equal(await handshake(path, [...protocols], headers), expected, title);
});

t.test('a WebSocket carries one event a text frame', async (t) => {
  const socket = (await handshake(`${MAPS}?watch=true&resourceVersion=0&labelSelector=via=socket`, [TOKEN_PROTOCOL, 'v1'])) as WebSocket;
  t.equal(socket.protocol, 'v1', 'the token is not echoed');
  const events: Event[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    t.notOk(isBinary);
    events.push(JSON.parse(data.toString()) as Event);
  });
  await Promise.all(['a', 'b', 'c'].map((name) => create(name, { via: 'socket' })));
  await remove('b');
  while (events.length < 4) await once(socket, 'message');
  t.same(
    events.map(({ type, object }) => `${type} ${object.metadata.name}`),
    ['ADDED a', 'ADDED b', 'ADDED c', 'DELETED b'],
  );
  socket.close();
  await once(socket, 'close');
});

t.test('a WebSocket carries protobuf as binary frames, and closes at its deadline', async (t) => {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, accept: 'application/vnd.kubernetes.protobuf;stream=watch' };
  const socket = (await handshake(`${MAPS}?watch=true&timeoutSeconds=1&labelSelector=via=socket`, [], headers)) as WebSocket;
  let events = 0;
  socket.on('message', (data: Buffer, isBinary) => {
    t.ok(isBinary);
    t.match(data.toString('latin1'), 'ADDED');
    events++;
  });
  const [code] = (await once(socket, 'close')) as [number];
  t.equal(code, 1000);
  t.equal(events, 2);
});

/** Opens a watch over HTTP/1.1 and yields its socket once the answer has begun. */
async function watchRaw(query: string): Promise<ReturnType<typeof open>> {
  const socket = open(port);
  socket.on('error', () => {});
  socket.write(rawRequest('GET', `${MAPS}?watch=true&${query}`)[0]!);
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString().startsWith('HTTP/1.1 200')) throw new Error(head.toString());
  return socket;
}

/** How often `work` parses JSON. */
async function parses(work: () => Promise<unknown>): Promise<number> {
  const { parse } = JSON;
  let count = 0;
  JSON.parse = (...args: Parameters<typeof parse>) => {
    count++;
    return parse(...args) as JsonObject;
  };
  try {
    await work();
  } finally {
    JSON.parse = parse;
  }
  return count;
}

t.test('a body is parsed once, and what is stored is not parsed again', async (t) => {
  const body = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"counted"},"data":{"a":"b"}}';
  const send = (method: string, path: string, content = ''): (() => Promise<unknown>) => {
    return () => sendRaw(port, rawRequest(method, path, content ? ['Content-Type: application/json'] : [], content));
  };
  await create('other');
  t.equal(await parses(send('POST', MAPS, body)), 1, 'CREATE');
  t.equal(await parses(send('GET', `${MAPS}/counted`)), 0, 'GET');
  t.equal(await parses(send('GET', MAPS)), 0, 'LIST');
  t.equal(await parses(send('GET', `${MAPS}?labelSelector=via=socket&limit=1`)), 0, 'LIST with a selector');
  t.equal(await parses(send('GET', `${MAPS}?watch=true&timeoutSeconds=1`)), 0, 'WATCH');
});

t.test('one event to a hundred watchers is framed once', async (t) => {
  const sockets = await Promise.all(Array.from({ length: 100 }, () => watchRaw('resourceVersion=999999999').catch((e) => e)));
  t.equal(sockets.filter((s) => s instanceof Error).length, 0);
  for (const socket of sockets) (socket as ReturnType<typeof open>).destroy();
  const live = await Promise.all(Array.from({ length: 100 }, () => watchRaw('sendInitialEvents=false&resourceVersionMatch=NotOlderThan')));
  const received = live.map((socket) => once(socket, 'data') as Promise<[Buffer]>);
  const { concat } = Buffer;
  let frames = 0;
  Buffer.concat = (...args: Parameters<typeof concat>) => {
    const made = concat(...args);
    if (made.toString('latin1', 0, 9) === '{"type":"') frames++;
    return made;
  };
  try {
    await create('to-all');
    const texts = (await Promise.all(received)).map(([data]) => data.toString());
    t.equal(texts.filter((text) => text.includes('"name":"to-all"')).length, 100);
  } finally {
    Buffer.concat = concat;
    for (const socket of live) socket.destroy();
  }
  t.equal(frames, 1);
});

t.test('a watcher that does not read is closed, and the writer does not wait for it', async (t) => {
  const socket = await watchRaw('sendInitialEvents=false&resourceVersionMatch=NotOlderThan');
  socket.pause();
  const data = { a: 'x'.repeat(500_000) };
  for (let i = 0; i < 40; i++)
    await server.transport.request({
      method: 'PUT',
      path: `${MAPS}/to-all`,
      body: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'to-all' }, data: { ...data, i: String(i) } },
    });
  const answer = await sendRaw(port, rawRequest('GET', `${MAPS}/to-all`));
  t.match(answer.body, '"i":"39"');
  socket.destroy();
});

t.test('bookmarks and deadlines come from one sweep, in time', async (t) => {
  const started = performance.now();
  const { body } = await sendRaw(
    port,
    rawRequest('GET', `${MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=3&labelSelector=none=such`),
  );
  const events = body
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event & { object: { metadata: { annotations?: JsonObject } } });
  t.same(
    events.map(({ type, object }) => [type, object.metadata.annotations !== undefined]),
    [
      ['BOOKMARK', true],
      ['BOOKMARK', false],
    ],
    'the end of the initial events, and one more soon after (R7.23)',
  );
  t.ok(performance.now() - started >= 3000, 'not before its deadline (R7.30)');
});

t.test('a long list is compressed for those who ask, a short one is not (R8.22)', async (t) => {
  for (let i = 0; i < 4; i++)
    await server.transport.request({
      method: 'POST',
      path: MAPS,
      body: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: `big-${i}` }, data: { a: 'x'.repeat(400_000) } },
    });
  const list = (query: string, headers: string[]) => sendRaw(port, rawRequest('GET', MAPS + query, headers));
  t.match((await list('', ['Accept-Encoding: gzip'])).headers, /content-encoding: gzip/i, 'in several chunks');
  t.match((await list('?fieldSelector=metadata.name=big-1', ['Accept-Encoding: gzip'])).headers, /content-encoding: gzip/i, 'in one');
  t.notMatch((await list('?labelSelector=via=socket', ['Accept-Encoding: gzip'])).headers, /content-encoding/i, 'a short one');
  t.notMatch((await list('', [])).headers, /content-encoding/i, 'unasked');
});
