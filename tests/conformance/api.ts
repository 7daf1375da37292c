/** What a server must do with every built-in kind: each verb and each subresource that its row of the table declares. */
import { Agent, request as httpsRequest } from 'node:https';
import type { Test } from 'tap';
import { apiVersionOf } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { BUILTIN_KINDS, type Kind, type Subresource, type Verb } from '../../schemas/kinds.js';
import { decodeProtobuf, encodeProtobuf } from '../../schemas/wire/protobuf.js';
import { ADMIN_TOKEN, serve } from '../helpers/served.js';
import { smallestObject, smallestQuestion } from '../helpers/smallest-objects.js';

/** How bodies travel. */
export type Encoding = 'json' | 'protobuf';

const TYPES: Readonly<Record<Encoding, string>> = { json: 'application/json', protobuf: 'application/vnd.kubernetes.protobuf' };
const NAMESPACE = 'conformance';

interface Answer {
  code: number;
  body: JsonObject;
  text: string;
}

interface Ask {
  method?: string;
  body?: JsonObject;
  /** Of the body, where it is none of the two encodings: patches. */
  type?: string;
}

/** One server as its clients see it. */
export class ApiClient {
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

  constructor(
    private readonly port: number,
    readonly encoding: Encoding,
  ) {}

  close(): void {
    this.#agent.destroy();
  }

  ask(path: string, { method = 'GET', body, type }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.#request(path, method, type, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(this.#answer(response.statusCode!, Buffer.concat(chunks))));
      });
      request.on('error', reject);
      request.end(body && this.#bytes(body, type));
    });
  }

  /** The type of the first event of a watch; `''` where none comes. */
  firstEvent(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = this.#request(path, 'GET', undefined, (response) => {
        response.once('data', (chunk: Buffer) => {
          // A protobuf event begins with its length and its type, a JSON event with the type.
          resolve(/ADDED|MODIFIED|DELETED|BOOKMARK|ERROR/.exec(chunk.subarray(0, 32).toString('latin1'))?.[0] ?? '');
          request.destroy();
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => error.code === 'ECONNRESET' || reject(error));
      request.setTimeout(10_000, () => {
        resolve('');
        request.destroy();
      });
      request.end();
    });
  }

  #request(path: string, method: string, type: string | undefined, onAnswer: Parameters<typeof httpsRequest>[2]) {
    const headers = {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      accept: TYPES[this.encoding],
      'content-type': type ?? TYPES[this.encoding],
      'user-agent': 'conformance',
    };
    return httpsRequest({ host: '127.0.0.1', port: this.port, path, method, headers, agent: this.#agent }, onAnswer!);
  }

  #bytes(body: JsonObject, type: string | undefined): Buffer {
    if (type !== undefined || this.encoding === 'json') return Buffer.from(JSON.stringify(body));
    const apiVersion = body['apiVersion'] as string;
    const slash = apiVersion.lastIndexOf('/');
    const gvk = { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1), kind: body['kind'] as string };
    return encodeProtobuf(body, gvk);
  }

  #answer(code: number, bytes: Buffer): Answer {
    const isProtobuf = bytes.subarray(0, 4).toString('latin1') === 'k8s\0';
    const text = bytes.toString();
    const body = isProtobuf ? decodeProtobuf(bytes).object! : text.startsWith('{') ? (JSON.parse(text) as JsonObject) : {};
    return {
      code,
      body,
      text: isProtobuf ? JSON.stringify(body, (_key, value) => (typeof value === 'bigint' ? Number(value) : value)) : text,
    };
  }
}

/** What is wrong with an answer: nothing, or what was asked, the code and what the server says. */
function expectCode(problems: string[], what: string, answer: Answer, codes: readonly number[]): void {
  if (!codes.includes(answer.code)) problems.push(`${what}: ${answer.code} ${String(answer.body['message'] ?? answer.text).slice(0, 300)}`);
}

const metadataOf = (answer: Answer): JsonObject => (answer.body['metadata'] as JsonObject | undefined) ?? {};

interface Subject {
  kind: Kind;
  client: ApiClient;
  collection: string;
  object: JsonObject;
  path: string;
  problems: string[];
}

function collectionOf(kind: Kind): string {
  const root = kind.group === '' ? '/api/v1' : `/apis/${apiVersionOf(kind)}`;
  return `${root}${kind.namespaced ? `/namespaces/${NAMESPACE}` : ''}/${kind.plural}`;
}

function subjectOf(kind: Kind, client: ApiClient): Subject | undefined {
  const object = smallestObject(kind, `smallest-${kind.version}-${client.encoding}`);
  if (!object) return undefined;
  const collection = collectionOf(kind);
  const { name } = object['metadata'] as { name: string };
  return { kind, client, collection, object, path: `${collection}/${name}`, problems: [] };
}

const labelled = (label: string): JsonObject => ({ metadata: { labels: { conformance: label } } });

/** Each verb, in the order in which an object lives. */
const VERBS: readonly (readonly [Verb, (subject: Subject) => Promise<void>])[] = [
  [
    'create',
    async ({ client, collection, object, problems }) =>
      expectCode(problems, 'create', await client.ask(collection, { method: 'POST', body: object }), [201]),
  ],
  [
    'watch',
    async ({ client, collection, object, problems }) => {
      const { name } = object['metadata'] as { name: string };
      const event = await client.firstEvent(`${collection}?watch=true&fieldSelector=metadata.name%3D${name}`);
      if (event !== 'ADDED') problems.push(`watch: ${event}`);
    },
  ],
  [
    'list',
    async ({ client, kind, collection, problems }) => {
      const answer = await client.ask(collection);
      expectCode(problems, 'list', answer, [200]);
      if (answer.body['kind'] !== kind.listKind || !(answer.body['items'] as JsonObject[] | undefined)?.length)
        problems.push(`list: ${answer.text.slice(0, 200)}`);
    },
  ],
  ['get', async ({ client, path, problems }) => expectCode(problems, 'get', await client.ask(path), [200])],
  [
    'update',
    async ({ client, path, problems }) => {
      const { body } = await client.ask(path);
      const metadata = body['metadata'] as JsonObject;
      metadata['labels'] = { ...(metadata['labels'] as JsonObject | undefined), conformance: 'update' };
      delete metadata['resourceVersion'];
      const unconditional = await client.ask(path, { method: 'PUT', body });
      const { body: current } = await client.ask(path);
      (current['metadata'] as JsonObject)['labels'] = metadata['labels'];
      const answer = await client.ask(path, { method: 'PUT', body: current });
      expectCode(problems, 'update', answer, [200]);
      expectCode(problems, 'unconditional update', unconditional, [200, 422]);
      const { conformance } = (metadataOf(answer)['labels'] as JsonObject | undefined) ?? {};
      if (conformance !== 'update') problems.push(`update: ${answer.text.slice(0, 200)}`);
    },
  ],
  [
    'patch',
    async ({ client, path, object, problems }) => {
      for (const type of ['application/merge-patch+json', 'application/strategic-merge-patch+json']) {
        const answer = await client.ask(path, { method: 'PATCH', type, body: labelled(type.slice(12, 17)) });
        expectCode(problems, type, answer, [200]);
      }
      const applied = await client.ask(`${path}?fieldManager=conformance&force=true`, {
        ...{ method: 'PATCH', type: 'application/apply-patch+yaml', body: object },
      });
      expectCode(problems, 'apply', applied, [200]);
    },
  ],
];

/** What to send where a subresource takes something else than its object. */
const POSTS: Readonly<Record<string, (name: string) => JsonObject>> = {
  binding: (name) => ({ apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: 'n' } }),
  eviction: (name) => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } }),
  token: () => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } }),
};
/** They need a node, and there is none: any answer is good that is not a failure of the server itself. */
const STREAMS = ['attach', 'exec', 'log', 'portforward', 'proxy'];

async function trySubresource(subject: Subject, { name, verbs }: Subresource): Promise<void> {
  const { client, path, object, problems } = subject;
  if (STREAMS.includes(name)) return;
  const at = `${path}/${name}`;
  const { name: objectName } = object['metadata'] as { name: string };
  const make = POSTS[name];
  if (make) {
    expectCode(problems, `POST ${name}`, await client.ask(`${at}?dryRun=All`, { method: 'POST', body: make(objectName) }), [201]);
    return;
  }
  const current = verbs.includes('get') ? await client.ask(at) : await client.ask(path);
  expectCode(problems, `GET ${name}`, current, [200]);
  if (verbs.includes('update')) expectCode(problems, `PUT ${name}`, await client.ask(at, { method: 'PUT', body: current.body }), [200]);
  if (!verbs.includes('patch')) return;
  const type = 'application/merge-patch+json';
  expectCode(problems, `PATCH ${name}`, await client.ask(at, { method: 'PATCH', type, body: { metadata: {} } }), [200]);
}

/** Gone at once, or held by a finalizer and marked. */
async function remove({ client, kind, collection, path, object, problems }: Subject): Promise<void> {
  expectCode(problems, 'delete', await client.ask(path, { method: 'DELETE' }), [200]);
  const after = await client.ask(path);
  if (after.code !== 404 && metadataOf(after)['deletionTimestamp'] === undefined) problems.push(`delete: still there`);
  if (!kind.verbs.includes('deletecollection')) return;
  const { name } = object['metadata'] as { name: string };
  const all = `${collection}?fieldSelector=metadata.name%3D${name}`;
  expectCode(problems, 'deletecollection', await client.ask(all, { method: 'DELETE' }), [200]);
}

/** Binding without a pod to bind is the one question that has no answer. */
async function tryQuestion(t: Test, kind: Kind, client: ApiClient): Promise<void> {
  const body = smallestQuestion(kind);
  if (!body) return;
  const collection = collectionOf(kind);
  const problems: string[] = [];
  expectCode(problems, 'create', await client.ask(collection, { method: 'POST', body }), [kind.kind === 'Binding' ? 404 : 201]);
  t.strictSame(problems, [], `${apiVersionOf(kind)} ${kind.kind}`);
}

/** A server that keeps its objects in memory or in SQLite, asked in both encodings at once. */
export function apiContract(t: Test, memory: boolean): void {
  t.setTimeout(120_000);
  t.test(memory ? 'in memory' : 'on SQLite', async (t) => {
    const { port } = await serve(t, { memory, profile: 'kubernetes' });
    t.jobs = 2;
    await Promise.all((['json', 'protobuf'] as const).map((encoding) => t.test(encoding, (t) => tryAll(t, new ApiClient(port, encoding)))));
  });
}

async function tryAll(t: Test, client: ApiClient): Promise<void> {
  t.teardown(() => client.close());
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await client.ask('/api/v1/namespaces', { method: 'POST', body: namespace });
  for (const kind of BUILTIN_KINDS) {
    if (!kind.storage) {
      await tryQuestion(t, kind, client);
      continue;
    }
    const subject = subjectOf(kind, client);
    if (!subject) {
      t.fail(`no object of ${apiVersionOf(kind)} ${kind.kind}`);
      continue;
    }
    for (const [verb, attempt] of VERBS) if (kind.verbs.includes(verb)) await attempt(subject);
    for (const subresource of kind.subresources) await trySubresource(subject, subresource);
    await remove(subject);
    t.strictSame(subject.problems, [], `${apiVersionOf(kind)} ${kind.kind}`);
  }
}
