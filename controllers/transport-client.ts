/** The Client over any Transport: paths and options, errors, retries the server asks for, paging, and watches that resume. */
import { frozen, isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { type StatusDetails, StatusError } from '../schemas/status.js';
import type { CallOptions, Client, ListOptions, Patch, SelectOptions, WatchEvent, WatchOptions, WriteOptions } from './client.js';
import { type Clock, sleep, systemClock } from './clock.js';
import { createMapping } from './discovery.js';
import { type KindReference, type KubeObject, keyOf, type ObjectKey, type ObjectList } from './object.js';
import type { Transport, TransportRequest, TransportResponse, User } from './transport.js';

export interface ClientOptions {
  /** Written to managedFields where a call names no manager of its own. */
  fieldManager?: string;
  user?: User;
  clock?: Clock;
}

const patchTypes: Record<Patch['type'], string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};
const metadataOnly = {
  object: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
};
const retriesMax = 10;

/** @throws StatusError from every call whose answer is 400 or above, in the server's words */
export function createClient(transport: Transport, options: ClientOptions = {}): Client {
  const { user, clock = systemClock } = options;

  const request = async (call: TransportRequest): Promise<TransportResponse> => {
    for (let attempt = 0; ; attempt++) {
      const response = await transport.request(user ? { user, ...call } : call);
      if (response.status < 400) return response;
      const wait = attempt < retriesMax ? retryAfterMs(response) : undefined;
      if (wait === undefined || call.signal?.aborted) throw statusErrorOf(response.status, response.body);
      await sleep(clock, wait, call.signal);
    }
  };
  const mapping = createMapping(request);

  const pathOf = async (kind: KindReference, namespace: string | undefined, ...rest: string[]): Promise<string> => {
    const resource = await mapping.resourceFor(kind);
    if (!resource) throw new StatusError(404, 'NotFound', `no matches for kind "${kind.kind}" in version "${kind.apiVersion}"`, {});
    const segments = [
      ...(resource.group === '' ? ['api'] : ['apis', resource.group]),
      resource.version,
      ...(resource.namespaced && namespace ? ['namespaces', namespace] : []),
      resource.resource,
      ...rest,
    ];
    return `/${segments.map(encodeURIComponent).join('/')}`;
  };
  const objectPath = (kind: KindReference, key: ObjectKey, subresource?: string) =>
    pathOf(kind, key.namespace, key.name, ...(subresource ? [subresource] : []));

  /** One call on the resource of `kind`; a resource that has gone (a CRD deleted and made anew) is looked up again the next time. */
  const call = async (kind: KindReference, rest: TransportRequest): Promise<JsonObject> => {
    try {
      return (await request(rest)).body as JsonObject;
    } catch (error) {
      if (error instanceof StatusError && error.code === 404 && !error.status.details?.name) mapping.forget(kind.apiVersion);
      throw error;
    }
  };
  const writeQuery = (write: WriteOptions & { force?: boolean }) =>
    query({
      fieldManager: write.fieldManager ?? options.fieldManager,
      fieldValidation: write.fieldValidation,
      dryRun: write.dryRun ? 'All' : undefined,
      force: write.force ? 'true' : undefined,
    });
  const write = async <T extends KubeObject>(
    method: 'POST' | 'PUT' | 'PATCH',
    kind: KindReference,
    path: string,
    body: JsonValue,
    options: WriteOptions & { force?: boolean },
    contentType?: string,
  ): Promise<T> =>
    (await call(kind, {
      method,
      path,
      query: writeQuery(options),
      body,
      ...signalOf(options),
      ...(contentType && { headers: { 'content-type': contentType } }),
    })) as unknown as T;

  const client: Client = {
    async get<T extends KubeObject>(kind: KindReference, key: ObjectKey, options: CallOptions & { metadataOnly?: boolean } = {}) {
      const headers = options.metadataOnly ? { headers: { accept: metadataOnly.object } } : {};
      const object = await call(kind, { method: 'GET', path: await objectPath(kind, key), ...headers, ...signalOf(options) });
      return asKind<T>(kind, object);
    },
    async find<T extends KubeObject>(kind: KindReference, key: ObjectKey, options?: CallOptions) {
      return absentIfNotFound(client.get<T>(kind, key, options));
    },
    async list<T extends KubeObject>(kind: KindReference, options: ListOptions = {}) {
      const list = await call(kind, {
        method: 'GET',
        path: await pathOf(kind, options.namespace),
        query: query({ ...selection(options), limit: options.limit?.toString(), continue: options.continue, ...versionQuery(options) }),
        ...(options.metadataOnly && { headers: { accept: metadataOnly.list } }),
        ...signalOf(options),
      });
      const items = (list['items'] ?? []) as JsonObject[];
      return { metadata: list['metadata'] as unknown as ObjectList<T>['metadata'], items: items.map((item) => asKind<T>(kind, item)) };
    },
    async *pages<T extends KubeObject>(kind: KindReference, options: ListOptions = {}) {
      const limit = transport.pageSize ?? 500;
      let page = await client.list<T>(kind, { limit, ...options });
      yield page;
      while (page.metadata.continue) {
        const { resourceVersion: _, resourceVersionMatch: __, ...rest } = options;
        page = await client.list<T>(kind, { limit, ...rest, continue: page.metadata.continue });
        yield page;
      }
    },
    async create<T extends KubeObject>(object: T, options: WriteOptions = {}) {
      const rest = options.subresource ? [object.metadata.name, options.subresource] : [];
      return write<T>('POST', object, await pathOf(object, object.metadata.namespace, ...rest), json(object), options);
    },
    async update<T extends KubeObject>(object: T, options: WriteOptions = {}) {
      return write<T>('PUT', object, await objectPath(object, keyOf(object), options.subresource), json(object), options);
    },
    updateStatus: (object, options) => client.update(object, { ...options, subresource: 'status' }),
    async patch<T extends KubeObject>(kind: KindReference, key: ObjectKey, { type, patch }: Patch, options: WriteOptions = {}) {
      const path = await objectPath(kind, key, options.subresource);
      return write<T>('PATCH', kind, path, patch as JsonValue, options, patchTypes[type]);
    },
    async apply<T extends KubeObject>(object: T, options: WriteOptions & { force?: boolean }) {
      const path = await objectPath(object, keyOf(object), options.subresource);
      return write<T>('PATCH', object, path, json(object), options, 'application/apply-patch+yaml');
    },
    async delete(kind, key, options = {}) {
      return call(kind, { method: 'DELETE', path: await objectPath(kind, key), body: deleteBody(options), ...signalOf(options) });
    },
    async deleteCollection(kind, options = {}) {
      const path = await pathOf(kind, options.namespace);
      const selected = query({ ...selection(options), limit: options.limit?.toString(), continue: options.continue });
      return call(kind, { method: 'DELETE', path, query: selected, body: deleteBody(options), ...signalOf(options) });
    },
    watch: <T extends KubeObject>(kind: KindReference, options: WatchOptions = {}) => resumingWatch<T>(kind, options),
    resourceFor: (kind) => mapping.resourceFor(kind),
    discover: (options) => mapping.discover(options),
    request,
    as: (user) => createClient(transport, { ...options, user }),
  };

  async function* resumingWatch<T extends KubeObject>(kind: KindReference, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    let resourceVersion = options.resourceVersion;
    let caughtUp = resourceVersion !== undefined && resourceVersion !== '0';
    for (let failures = 0; !options.signal?.aborted; ) {
      const openedAt = clock.now();
      try {
        const stream = transport.watch({
          method: 'GET',
          path: await pathOf(kind, options.namespace),
          query: query({
            watch: 'true',
            allowWatchBookmarks: 'true',
            timeoutSeconds: String(300 + Math.floor(Math.random() * 300)),
            resourceVersion: caughtUp ? resourceVersion : options.resourceVersion,
            ...selection(options),
          }),
          ...(options.metadataOnly && { headers: { accept: metadataOnly.object } }),
          ...signalOf(options),
          ...(user && { user }),
        });
        const close = () => stream.close();
        if (options.signal?.aborted) close();
        options.signal?.addEventListener('abort', close);
        try {
          for await (const { type, object } of stream) {
            if (type === 'ERROR') throw statusErrorOf(500, object);
            const event = { type, object: asKind<T>(kind, frozen(object as JsonObject)) } as WatchEvent<T>;
            const { metadata } = event.object;
            if (type !== 'ADDED' || caughtUp) resourceVersion = metadata.resourceVersion;
            if (metadata.annotations?.['k8s.io/initial-events-end'] === 'true') caughtUp = true;
            failures = 0;
            yield event;
          }
        } finally {
          options.signal?.removeEventListener('abort', close);
          stream.close();
        }
      } catch (error) {
        if (options.signal?.aborted) return;
        if (error instanceof StatusError && error.code < 500 && error.code !== 429) {
          if (error.code === 404) mapping.forget(kind.apiVersion);
          throw error;
        }
        failures++;
      }
      if (failures === 0 && clock.now() - openedAt < 1000) failures = 1;
      if (failures > 0) await sleep(clock, Math.min(30_000, 250 * 2 ** failures) * (0.75 + Math.random() / 2), options.signal);
    }
  }

  return client;
}

/** The answer, or undefined where it is NotFound. */
export async function absentIfNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return undefined;
    throw error;
  }
}

/** The error of an answer: its Status as it came, or one made from the code where the body is none (a proxy, a missing path). */
export function statusErrorOf(code: number, body: JsonValue): StatusError {
  if (isObject(body) && body['kind'] === 'Status') {
    return new StatusError(
      Number(body['code'] ?? code),
      body['reason'] as string | undefined,
      String(body['message'] ?? 'unknown'),
      body['details'] as StatusDetails | undefined,
    );
  }
  if (code === 404) return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
  const text = typeof body === 'string' ? body.trim() : '';
  return new StatusError(code, undefined, text === '' ? `the server answered with status ${code}` : text);
}

/** How long the server asks to wait (429 and 5xx with Retry-After, G3.1); undefined: it is a final answer. */
function retryAfterMs({ status, headers }: TransportResponse): number | undefined {
  const seconds = Number(headers['retry-after']);
  return (status === 429 || status >= 500) && headers['retry-after'] !== undefined && Number.isFinite(seconds)
    ? Math.min(seconds, 60) * 1000
    : undefined;
}

/** Items of lists come without apiVersion and kind, metadata-only objects with those of the wrapper. */
function asKind<T extends KubeObject>({ apiVersion, kind }: KindReference, object: JsonObject): T {
  return (object['kind'] === kind ? object : { ...object, apiVersion, kind }) as unknown as T;
}

function json(object: KubeObject): JsonValue {
  return object as unknown as JsonValue;
}

function signalOf({ signal }: CallOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function selection({ labelSelector, fieldSelector }: SelectOptions) {
  return { labelSelector, fieldSelector };
}

function versionQuery({ resourceVersion, resourceVersionMatch }: ListOptions) {
  return { resourceVersion, resourceVersionMatch };
}

function query(parameters: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function deleteBody(options: {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
}): JsonObject {
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = options;
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(preconditions && { preconditions: preconditions as JsonObject }),
    ...(dryRun && { dryRun: ['All'] }),
  };
}
