import t from 'tap';
import { Query } from '../../server/query.js';
import { requestInfo } from '../../server/request-info.js';

/** method, path, `verb group/version namespace resource/name/subresource` (empty parts stay empty). */
const RESOURCES: [method: string, path: string, expected: string][] = [
  ['GET', '/api/v1/namespaces', 'list /v1  namespaces//'],
  ['GET', '/api/v1/namespaces/other', 'get /v1 other namespaces/other/'],
  ['GET', '/api/v1/namespaces/other/pods', 'list /v1 other pods//'],
  ['GET', '/api/v1/namespaces/other/pods/foo', 'get /v1 other pods/foo/'],
  ['HEAD', '/api/v1/namespaces/other/pods/foo', 'get /v1 other pods/foo/'],
  ['GET', '/api/v1/pods', 'list /v1  pods//'],
  ['POST', '/apis/apps/v1/namespaces/n/deployments', 'create apps/v1 n deployments//'],
  ['PUT', '/apis/apps/v1/namespaces/n/deployments/d/scale', 'update apps/v1 n deployments/d/scale'],
  ['PATCH', '/api/v1/namespaces/n/status', 'patch /v1 n namespaces/n/status'],
  ['PUT', '/api/v1/namespaces/n/finalize', 'update /v1 n namespaces/n/finalize'],
  ['DELETE', '/api/v1/namespaces/n/pods', 'deletecollection /v1 n pods//'],
  ['DELETE', '/api/v1/nodes/a', 'delete /v1  nodes/a/'],
  ['GET', '/api/v1/watch/namespaces/n/pods/p', 'watch /v1 n pods/p/'],
  ['OPTIONS', '/api/v1/nodes/a', ' /v1  nodes/a/'],
  ['GET', '/api/v1/namespaces/n/pods/', 'list /v1 n pods//'],
];

t.test('paths of resources are classified (R1.1–R1.7)', async (t) => {
  for (const [method, path, expected] of RESOURCES) {
    const info = requestInfo(method, path, { isWatch: false, requiredName: undefined });
    const got = `${info.verb} ${info.group}/${info.version} ${info.namespace} ${info.resource}/${info.name}/${info.subresource}`;
    t.equal(got, expected, `${method} ${path}`);
    t.equal(info.isResource, true, path);
  }
});

t.test('short paths are no resources, and their verb is the method', async (t) => {
  for (const path of ['/', '/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/healthz', '/openapi/v3/apis/apps/v1']) {
    const info = requestInfo('GET', path, { isWatch: false, requiredName: undefined });
    t.equal(info.isResource, false, path);
    t.equal(info.verb, 'get', path);
  }
});

t.test('the query makes a list a watch, and a field selector names the object (R1.6)', async (t) => {
  t.equal(requestInfo('GET', '/api/v1/pods', { isWatch: true, requiredName: undefined }).verb, 'watch');
  t.equal(requestInfo('GET', '/api/v1/nodes/x', { isWatch: true, requiredName: undefined }).verb, 'get');
  t.equal(requestInfo('GET', '/api/v1/pods', { isWatch: false, requiredName: 'p' }).name, 'p');
  t.equal(requestInfo('DELETE', '/api/v1/namespaces/n/pods', { isWatch: false, requiredName: 'p' }).name, '', 'not for deletecollection');
});

t.test('a prefix names another logical cluster', async (t) => {
  const info = requestInfo('GET', '/clusters/team-a/api/v1/namespaces/n/pods', { isWatch: false, requiredName: undefined });
  t.match(info, { cluster: 'team-a', namespace: 'n', resource: 'pods' });
  t.equal(requestInfo('GET', '/api/v1/pods', { isWatch: false, requiredName: undefined }).cluster, 'root');
});

t.test('a watch prefix with nothing behind it is an error (R1.3)', async (t) => {
  t.throws(() => requestInfo('GET', '/api/v1/watch', { isWatch: false, requiredName: undefined }), {
    message: /unable to determine kind and namespace/,
  });
});

t.test('queries are read as Go reads them (R4.2, R4.5, R11.14)', async (t) => {
  const query = new Query('a=1&a=2&b&c=%zz&d=x;e=y&f=a+b%2Bc&watch=0&g=False');
  t.equal(query.get('a'), '1', 'the first value wins');
  t.same(query.all('a'), ['1', '2']);
  t.equal(query.boolean('b'), true, 'an empty value is true');
  t.equal(query.has('c'), false, 'a malformed escape drops the pair');
  t.equal(query.has('d'), false, 'a semicolon separates nothing');
  t.equal(query.get('f'), 'a b+c');
  t.equal(query.boolean('watch'), false);
  t.equal(query.boolean('g'), false);
  t.equal(query.boolean('h'), undefined);
});
