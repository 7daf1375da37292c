/**
 * A small API in memory behind a Transport, for the parts of `controllers` that must be shown broken streams, expired versions and
 * failing answers at will. Everything else is tested against the real server.
 */
import type { Transport, TransportEvent, TransportRequest, TransportResponse } from '../../controllers/transport.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { alreadyExists, expired, modifiedConflict, notFound, StatusError, unknownResource } from '../../schemas/status.js';

export interface FakeResource {
  /** `v1` or `group/version`. */
  apiVersion: string;
  resource: string;
  kind: string;
  namespaced: boolean;
}

interface FakeWatch {
  prefix: string;
  push(event: TransportEvent): void;
  end(): void;
}

export interface FakeApi {
  transport: Transport;
  requests: TransportRequest[];
  /** Changes behind the client's back. */
  put(path: string, object: JsonObject): JsonObject;
  remove(path: string): void;
  /** Ends all open watches, as a server that goes down does. */
  endWatches(): void;
  /** Versions up to now can no longer be watched from. */
  compact(): void;
  /** The next answers, before the real ones. */
  failNext(...answers: TransportResponse[]): void;
  openWatches(): number;
}

export function createFakeApi(resources: FakeResource[]): FakeApi {
  const objects = new Map<string, JsonObject>();
  const history: { revision: number; path: string; event: TransportEvent }[] = [];
  const watches = new Set<FakeWatch>();
  const failures: TransportResponse[] = [];
  const requests: TransportRequest[] = [];
  let revision = 1;
  let compacted = 0;

  const rootOf = (row: FakeResource) => (row.apiVersion.includes('/') ? `/apis/${row.apiVersion}` : `/api/${row.apiVersion}`);
  const resourceOf = (path: string) =>
    resources.find((row) => new RegExp(`^${rootOf(row)}/(namespaces/[^/]+/)?${row.resource}(/|$)`).test(path));
  /** Collections of one namespace and of all: `/api/v1/configmaps` covers `/api/v1/namespaces/a/configmaps/x`. */
  const covers = (collection: string, path: string) =>
    path.startsWith(`${collection}/`) || path.replace(/\/namespaces\/[^/]+\/(?=[^/]+\/[^/]+$)/, '/').startsWith(`${collection}/`);
  const publish = (type: string, path: string, object: JsonObject) => {
    const event = { type, object: clone(object) };
    history.push({ revision, path, event });
    for (const watch of watches) if (covers(watch.prefix, path)) watch.push(event);
  };
  const store = (path: string, object: JsonObject): JsonObject => {
    revision++;
    const old = objects.get(path);
    const metadata: JsonObject = { ...(object['metadata'] as JsonObject), resourceVersion: String(revision) };
    const oldUid = old && (old['metadata'] as JsonObject)['uid'];
    metadata['uid'] ??= oldUid ?? `uid-${revision}`;
    const stored = { ...object, metadata };
    objects.set(path, stored);
    publish(old ? 'MODIFIED' : 'ADDED', path, stored);
    return stored;
  };
  const remove = (path: string) => {
    const old = objects.get(path);
    if (!old) return;
    revision++;
    objects.delete(path);
    publish('DELETED', path, { ...old, metadata: { ...(old['metadata'] as JsonObject), resourceVersion: String(revision) } });
  };

  const answer = (call: TransportRequest): JsonValue => {
    const versions = new Set(resources.map((row) => rootOf(row)));
    if (versions.has(call.path)) {
      const rows = resources.filter((row) => rootOf(row) === call.path);
      const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
      return {
        kind: 'APIResourceList',
        resources: rows.map(({ resource, kind, namespaced }) => ({ name: resource, kind, namespaced, verbs })),
      };
    }
    if (call.path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
    if (call.path === '/apis') {
      const groups = [...versions].filter((path) => path.startsWith('/apis/')).map((path) => path.slice('/apis/'.length));
      return { kind: 'APIGroupList', groups: groups.map((groupVersion) => ({ versions: [{ groupVersion }] })) };
    }
    const row = resourceOf(call.path);
    if (!row) throw unknownResource();
    const gr = { group: row.apiVersion.includes('/') ? row.apiVersion.split('/')[0]! : '', resource: row.resource };
    const isCollection = call.path.endsWith(`/${row.resource}`);
    if (isCollection && call.method === 'GET') {
      const all = [...objects].filter(([path]) => covers(call.path, path)).sort(([a], [b]) => (a < b ? -1 : 1));
      const start = Number(call.query?.['continue'] ?? 0);
      const end = start + Number(call.query?.['limit'] ?? all.length);
      const more: JsonObject = end < all.length ? { continue: String(end) } : {};
      const items = all.slice(start, end).map(([, { apiVersion: _, kind: __, ...item }]) => clone(item));
      return { kind: `${row.kind}List`, metadata: { resourceVersion: String(revision), ...more }, items };
    }
    if (isCollection) {
      const body = call.body as JsonObject;
      const name = String((body['metadata'] as JsonObject)['name']);
      const path = `${call.path}/${encodeURIComponent(name)}`;
      if (objects.has(path)) throw alreadyExists(gr, name);
      return clone(store(path, body));
    }
    const path = call.path.replace(/\/(status|finalize)$/, '');
    const name = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
    const old = objects.get(path);
    if (!old && !call.headers?.['content-type']?.includes('apply')) throw notFound(gr, name);
    if (call.method === 'GET') return clone(old!);
    if (call.method === 'DELETE') {
      remove(path);
      return { kind: 'Status', status: 'Success' };
    }
    const body = call.body as JsonObject;
    const sent = (body['metadata'] as JsonObject | undefined)?.['resourceVersion'];
    if (old && sent !== undefined && sent !== (old['metadata'] as JsonObject)['resourceVersion']) throw modifiedConflict(gr, name);
    return clone(store(path, call.method === 'PUT' ? body : merge(old ?? {}, body)));
  };

  const transport: Transport = {
    async request(call) {
      requests.push(call);
      const failure = failures.shift();
      if (failure) return failure;
      try {
        return { status: 200, headers: {}, body: answer(call) };
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        return { status: error.code, headers: {}, body: error.status as unknown as JsonValue };
      }
    },
    watch(call) {
      requests.push(call);
      const queue: TransportEvent[] = [];
      let wake = () => {};
      let ended = false;
      const watch: FakeWatch = {
        prefix: call.path,
        push(event) {
          queue.push(event);
          wake();
        },
        end() {
          ended = true;
          watches.delete(watch);
          wake();
        },
      };
      async function* events() {
        const from = Number(call.query?.['resourceVersion'] ?? 0);
        if (from < compacted) {
          yield { type: 'ERROR', object: expired(`too old resource version: ${from} (${compacted})`).status as unknown as JsonValue };
          return;
        }
        for (const past of history) if (past.revision > from && covers(call.path, past.path)) queue.push(past.event);
        watches.add(watch);
        try {
          for (;;) {
            while (queue.length > 0) yield queue.shift()!;
            if (ended) return;
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        } finally {
          watches.delete(watch);
        }
      }
      return { [Symbol.asyncIterator]: events, close: watch.end };
    },
  };
  return {
    transport,
    requests,
    put: store,
    remove,
    endWatches() {
      for (const watch of [...watches]) watch.end();
    },
    compact() {
      compacted = revision;
      history.length = 0;
    },
    failNext: (...answers) => void failures.push(...answers),
    openWatches: () => watches.size,
  };
}

/** RFC 7386 */
function merge(target: JsonValue, patch: JsonValue): JsonObject {
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch as JsonObject)) {
    if (value === null) delete result[name];
    else result[name] = isObject(value) ? merge(result[name] ?? null, value) : value;
  }
  return result;
}

/** Waits until `check` holds; for things that happen in their own time. */
export async function eventually(check: () => boolean | Promise<boolean>, what = 'the condition', withinMs = 5000): Promise<void> {
  for (const deadline = performance.now() + withinMs; !(await check()); ) {
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
