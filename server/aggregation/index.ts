/** API aggregation (objects.md F): groups and versions that other servers serve, under this server's address. */
import type { Transport } from '../../controllers/transport.js';
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import { objectAt, objectsAt } from '../../schemas/validation/members.js';
import type { Entry } from '../../storage/entry.js';
import { parseKey, resourcePrefix } from '../../storage/keys.js';
import type { Answer, Api } from '../api.js';
import type { Reply } from '../reply.js';
import type { KeyPair } from '../auth/pki.js';
import type { Family } from '../exposition.js';
import type { RequestInfo } from '../request-info.js';
import { ENDPOINTS, SERVICE_OF_SLICE, SERVICES, SLICES } from '../service-resolver.js';
import { goSeconds } from '../time.js';
import { createApiServiceIndex } from './api-service-index.js';
import { type ApiService, isRemote, type RemoteService } from './api-service.js';
import { type Call, call } from './call.js';
import { conditionsWith, type Verdict, verdictOf } from './availability.js';
import { probeWith } from './probe.js';
import { type Forwarding, forward, serviceUnavailable } from './proxy.js';
import { type RemoteDocuments, readDocuments } from './remote-documents.js';
import { createUpstream } from './upstream.js';

export interface Aggregator {
  /** Who serves what a request asks for; undefined: this server. */
  serviceOf(info: RequestInfo): RemoteService | undefined;
  /** Resolves when all is over: with the code that was answered, or with what is to be answered where nothing was yet. */
  forward(service: RemoteService, forwarding: Forwarding): Promise<number | Reply>;
  /** For controllers in this process. Rejects when the connection fails. */
  call(service: RemoteService, call: Call): Promise<Answer | Reply>;
  /** Those that cannot be used, for metrics. */
  gauges(): Family[];
  close(): void;
}

export interface AggregatorOptions {
  api: Api;
  /** In process, as the server itself. */
  transport: Transport;
  /** What this server shows to the others; undefined: nothing. */
  credentials(): KeyPair | undefined;
  onError(error: unknown): void;
}

const CHECK_MS = 30_000;

export function createAggregator({ api, transport, credentials, onError }: AggregatorOptions): Aggregator {
  const { store, registry, chance } = api;
  const upstream = createUpstream(store, credentials, chance.random);
  const probe = probeWith(upstream);
  const documents = new Map<string, RemoteDocuments>();
  /** Those being checked; true: once more, something has changed since. */
  const checking = new Map<string, boolean>();
  let isClosed = false;

  const index = createApiServiceIndex(store, (cluster, service, name) => {
    if (!service || !isRemote(service)) documents.delete(keyOf(cluster, name));
    publish(cluster);
    if (service) check(service);
  });

  const publish = (cluster: string): void => {
    const own = index.remotes().filter((service) => service.cluster === cluster);
    if (own.length === 0 && registry.remote(cluster).length === 0) return;
    const versions = own.map((service) => {
      const known = documents.get(keyOf(cluster, service.name));
      const { group, version, groupPriority, versionPriority, isAvailable } = service;
      const isCurrent = isAvailable && known !== undefined;
      return { group, version, groupPriority, versionPriority, resources: known?.resources, isCurrent, openapi: known?.openapi };
    });
    registry.setRemote(cluster, versions);
  };

  const check = (service: ApiService): void => {
    const key = keyOf(service.cluster, service.name);
    if (isClosed || (!isRemote(service) && service.isAvailable)) return;
    if (checking.has(key)) {
      checking.set(key, true);
      return;
    }
    checking.set(key, false);
    examine(service)
      .catch(onError)
      .finally(() => {
        const isOutdated = checking.get(key);
        checking.delete(key);
        const now = isOutdated && index.all(service.cluster).find(({ name }) => name === service.name);
        if (now) check(now);
      });
  };

  const examine = async (service: ApiService): Promise<void> => {
    const verdict = await verdictOf(service, upstream, probe);
    if (isRemote(service) && verdict.status === 'True') {
      const key = keyOf(service.cluster, service.name);
      const read = await readDocuments(service, upstream.resolve(service), probe, documents.get(key)).catch(() => undefined);
      if (read && isChanged(documents.get(key), read)) {
        documents.set(key, read);
        publish(service.cluster);
      }
    }
    if (!isClosed) await record(transport, service, verdict, goSeconds(chance.now()));
  };

  const checkAll = (isConcerned: (service: RemoteService) => boolean): void => {
    for (const service of index.remotes()) if (isConcerned(service)) check(service);
  };
  const stops = [SERVICES, SLICES, ENDPOINTS].map((resource) => {
    const watcher = store.cacher(resourcePrefix(resource)).watch({
      prefix: resourcePrefix(resource),
      onEvents: (events) => {
        for (const { entry } of events) {
          const { cluster, namespace, name } = serviceBehind(entry);
          checkAll((each) => each.cluster === cluster && each.service.namespace === namespace && each.service.name === name);
        }
      },
      onClose: () => {},
    });
    watcher.resume();
    return () => watcher.stop();
  });
  const timer = setInterval(() => checkAll(() => true), CHECK_MS).unref();
  for (const cluster of new Set(index.remotes().map((service) => service.cluster))) publish(cluster);
  checkAll(() => true);

  return {
    serviceOf({ cluster, isResource, apiPrefix, group, version, path }) {
      if (isResource) return apiPrefix === 'apis' ? index.remote(cluster, group, version) : undefined;
      const [, prefix, group_, version_, ...rest] = path.split('/');
      const isDiscovery = prefix === 'apis' && version_ !== undefined && rest.every((part) => part === '');
      return isDiscovery ? index.remote(cluster, group_!, version_) : undefined;
    },
    async forward(service, forwarding) {
      return service.isAvailable ? forward(upstream, service, forwarding) : serviceUnavailable();
    },
    async call(service, asked) {
      return service.isAvailable ? call(upstream, service, asked) : serviceUnavailable();
    },
    gauges: () => [
      {
        name: 'aggregator_unavailable_apiservice',
        type: 'gauge',
        help: 'Gauge of APIServices which are marked as unavailable broken down by APIService name.',
        samples: index.remotes().map(({ name, isAvailable }) => ({ labels: { name }, value: isAvailable ? 0 : 1 })),
      },
    ],
    close() {
      isClosed = true;
      clearInterval(timer);
      for (const stop of stops) stop();
      index.close();
      upstream.close();
    },
  };
}

const keyOf = (cluster: string, name: string): string => `${cluster}/${name}`;

const isChanged = (before: RemoteDocuments | undefined, now: RemoteDocuments): boolean =>
  before?.openapi !== now.openapi || JSON.stringify(before.resources) !== JSON.stringify(now.resources);

/** A slice says whose it is in a label. */
function serviceBehind({ key, labels }: Entry): { cluster: string; namespace: string; name: string } {
  const { cluster, namespace, name } = parseKey(key);
  return { cluster, namespace, name: labels[SERVICE_OF_SLICE] ?? name };
}

/** Writes the verdict into the status, if it is another one. Whoever was faster is looked at by the next check. */
async function record(transport: Transport, { cluster, name }: ApiService, verdict: Verdict, now: string): Promise<void> {
  const path = `${cluster === 'root' ? '' : `/clusters/${cluster}`}/apis/apiregistration.k8s.io/v1/apiservices/${name}`;
  const { status, body } = await transport.request({ method: 'GET', path });
  if (status !== 200 || !isObject(body)) return;
  const conditions = conditionsWith(objectsAt(objectAt(body, 'status'), 'conditions'), verdict, now);
  if (!conditions) return;
  const object: JsonObject = { ...body, status: { conditions } };
  await transport.request({ method: 'PUT', path: `${path}/status`, body: object, headers: { 'user-agent': 'kube-apiserver' } });
}
