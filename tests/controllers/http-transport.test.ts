import { mkdtempSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createHttpTransport } from '../../controllers/http-transport.js';
import { type Connection, connectionOf, loadKubeconfig } from '../../controllers/kubeconfig.js';
import type { TransportEvent } from '../../controllers/transport.js';

const kubeconfig = (cluster: string, user: string) => `
apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: c, cluster: ${cluster} }]
users: [{ name: u, user: ${user} }]
contexts:
  - { name: here, context: { cluster: c, user: u, namespace: team } }
  - { name: nobody, context: { cluster: c } }
`;

t.test('a kubeconfig becomes a connection', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  const cases: [text: string, context: string | undefined, connection: Partial<Connection>][] = [
    [
      kubeconfig('{ server: "https://h:1/prefix/" }', '{ token: t }'),
      undefined,
      { server: 'https://h:1/prefix', namespace: 'team', token: 't' },
    ],
    [kubeconfig('{ server: "http://h" }', '{ token: t }'), 'nobody', { server: 'http://h', namespace: 'default' }],
    [
      kubeconfig(
        '{ server: "https://h", certificate-authority-data: "Y2E=", tls-server-name: s }',
        '{ client-certificate-data: "Y2VydA==", client-key-data: "a2V5" }',
      ),
      undefined,
      {
        server: 'https://h',
        namespace: 'team',
        ca: Buffer.from('ca'),
        cert: Buffer.from('cert'),
        key: Buffer.from('key'),
        tlsServerName: 's',
      },
    ],
    [
      kubeconfig('{ server: "https://h", insecure-skip-tls-verify: true }', '{ tokenFile: token, as: bob, as-groups: [g] }'),
      undefined,
      {
        server: 'https://h',
        namespace: 'team',
        insecureSkipTlsVerify: true,
        tokenFile: join(directory, 'token'),
        impersonate: { username: 'bob', groups: ['g'] },
      },
    ],
  ];
  for (const [text, context, expected] of cases) {
    t.same(connectionOf(text, { directory, label: 'x', ...(context && { context }) }), expected);
  }
  writeFileSync(join(directory, 'ca.pem'), 'ca');
  writeFileSync(join(directory, 'config'), kubeconfig('{ server: "https://h", certificate-authority: ca.pem }', '{}'));
  t.same(loadKubeconfig(join(directory, 'config')).ca, Buffer.from('ca'), 'files are looked for beside it');
});

t.test('a kubeconfig that lacks something says what', async (t) => {
  const cases: [text: string, context: string | undefined, message: string][] = [
    ['', undefined, 'kubeconfig x: context "" does not exist'],
    [kubeconfig('{}', '{}'), 'there', 'kubeconfig x: context "there" does not exist'],
    [kubeconfig('{}', '{}'), undefined, 'kubeconfig x: cluster "c" has no server'],
    [kubeconfig('{ server: a }', '{}').replace('name: u,', 'name: other,'), undefined, 'kubeconfig x: user "u" does not exist'],
    [kubeconfig('{ server: a }', '{ exec: {} }'), undefined, 'kubeconfig x: user "u" needs a credential plugin, which is not supported'],
  ];
  for (const [text, context, message] of cases) {
    t.throws(() => connectionOf(text, { directory: '/', label: 'x', ...(context && { context }) }), { message });
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(t: { teardown(call: () => unknown): void }, handler: Handler): Promise<string> {
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    handler(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

t.test('requests carry prefix, query, body, credentials and impersonation; answers come parsed', async (t) => {
  const seen: Record<string, unknown>[] = [];
  const server = await serve(t, ({ method, url, headers, socket }, response, body) => {
    seen.push({ method, url, headers, body, port: socket.remotePort });
    response.setHeader('content-type', url!.includes('text') ? 'text/plain' : 'application/json');
    response.end(url!.includes('text') ? 'plain' : '{"big":9007199254740993}');
  });
  const transport = createHttpTransport({ server: `${server}/prefix`, namespace: 'team', token: 'secret' }, { userAgent: 'me' });
  t.teardown(() => transport.close?.());
  const user = { username: 'bob', groups: ['g1', 'g2'], extra: { 'a/b': ['c'] } };
  const answer = await transport.request({ method: 'POST', path: '/api/v1/x', query: { a: 'b c' }, body: { n: 1 }, user });
  t.match(answer, { status: 200, headers: { 'content-type': 'application/json' }, body: { big: 9007199254740993n } });
  t.match(await transport.request({ method: 'GET', path: '/text' }), { body: 'plain' });
  t.match(seen[0], {
    method: 'POST',
    url: '/prefix/api/v1/x?a=b+c',
    body: '{"n":1}',
    headers: {
      authorization: 'Bearer secret',
      'user-agent': 'me',
      accept: 'application/json',
      'content-type': 'application/json',
      'impersonate-user': 'bob',
      'impersonate-group': 'g1, g2',
      'impersonate-extra-a%2fb': 'c',
    },
  });
  t.equal(seen[0]!['port'], seen[1]!['port'], 'the connection is kept alive');
});

t.test('a token file is read when it is needed', async (t) => {
  const tokens: (string | undefined)[] = [];
  const server = await serve(t, ({ headers }, response) => {
    tokens.push(headers.authorization);
    response.end();
  });
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'token-')), 'token');
  writeFileSync(tokenFile, 'rotating\n');
  const transport = createHttpTransport({ server, namespace: 'team', tokenFile });
  t.teardown(() => transport.close?.());
  await transport.request({ method: 'GET', path: '/' });
  t.same(tokens, ['Bearer rotating']);
});

t.test('a watch yields its lines however they are cut, and ends with the stream', async (t) => {
  const text = [
    { type: 'ADDED', object: { name: 'ä' } },
    { type: 'DELETED', object: {} },
  ]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
  const server = await serve(t, async (_, response) => {
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.from([byte]));
      if (byte === 34) await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  const transport = createHttpTransport({ server, namespace: 'team' });
  t.teardown(() => transport.close?.());
  const events: TransportEvent[] = [];
  for await (const event of transport.watch({ method: 'GET', path: '/' })) events.push(event);
  t.same(events, [
    { type: 'ADDED', object: { name: 'ä' } },
    { type: 'DELETED', object: {} },
  ]);
});

t.test('a watch that is refused throws the Status, and one that is closed lets go of its connection', async (t) => {
  let closed: () => void;
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const status = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' };
  const server = await serve(t, ({ url }, response) => {
    if (url === '/refused') {
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(status));
      return;
    }
    response.write('{"type":"ADDED","object":{}}\n');
    response.on('close', () => closed());
  });
  const transport = createHttpTransport({ server, namespace: 'team' });
  t.teardown(() => transport.close?.());
  const refused = transport.watch({ method: 'GET', path: '/refused' });
  await t.rejects(refused[Symbol.asyncIterator]().next(), { code: 403, message: 'no' });
  const open = transport.watch({ method: 'GET', path: '/open' });
  const iterator = open[Symbol.asyncIterator]();
  t.match(await iterator.next(), { value: { type: 'ADDED' } });
  open.close();
  await gone;
  await iterator.next().catch(() => undefined);
});
