/**
 * Serves what CustomResourceDefinitions define. It follows their committed state, in the same turn in which it is committed, so that a definition that
 * reads as Established is served already (B3.8, R11.27), also right after a restart.
 */
import { groupOf, isServed, schemaOf, specOf, versionOf, versionsOf } from '../schemas/crd/definition.js';
import type { GroupVersion } from '../schemas/group-version.js';
import type { JsonObject } from '../schemas/json-value.js';
import { parseKey, resourcePrefix } from '../storage/keys.js';
import type { Entry } from '../storage/entry.js';
import type { Api } from './api.js';
import { storedObject } from './codec.js';
import { conversionByWebhook } from './conversion-webhook.js';
import { customResources } from './custom-resources.js';

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

interface Served {
  /** What was made of the definition: spec, accepted names and conditions as text. */
  shape: string;
  /** The newest state of that shape. */
  entry: Entry;
  /** The schema is of this generation, since this revision. */
  generation: number;
  since: number;
  retire: AbortController;
}

/** Serves every established definition, and those to come; returns what ends it. */
export function serveDefinitions(api: Api): () => void {
  const prefix = resourcePrefix(DEFINITIONS);
  const served = new Map<string, Served>();
  const { entries, watcher } = api.store.cacher(prefix).listAndWatch({
    prefix,
    onEvents: (events) => {
      for (const { type, entry } of events) follow(api, served, entry, type === 'DELETED');
    },
    onClose: () => {},
  });
  for (const entry of entries) follow(api, served, entry, false);
  watcher.resume();
  return () => watcher.stop();
}

function follow(api: Api, all: Map<string, Served>, entry: Entry, isGone: boolean): void {
  const { cluster, name } = parseKey(entry.key);
  const before = all.get(entry.key);
  const crd = isGone ? undefined : storedObject(entry);
  api.registry.announce(cluster, name, crd ? groupVersionsOf(crd) : []);
  if (!crd || !isServed(crd)) {
    if (!before) return;
    before.retire.abort();
    all.delete(entry.key);
    api.registry.setCustom(cluster, name, []);
    return;
  }
  const { generation = 0 } = crd['metadata'] as { generation?: number };
  const shape = shapeOf(crd);
  if (before?.shape === shape) {
    before.entry = entry;
    return;
  }
  const since = before?.generation === generation ? before.since : entry.revision;
  // R7.17: a changed spec ends the watches; a status that only moved on does not
  const retire = before?.generation === generation ? before.retire : new AbortController();
  if (before && retire !== before.retire) before.retire.abort();
  const now: Served = { shape, entry, generation, since, retire };
  all.set(entry.key, now);
  const outline = outlineOf(crd);
  const convert = conversionByWebhook(api.store, cluster, api.chance.uuid, outline);
  const resources = customResources({
    store: api.store,
    crd: outline,
    schema: (version) => storedSchema(now.entry, version),
    revision: since,
    retired: retire.signal,
    ...(convert && { convert }),
  });
  api.registry.setCustom(cluster, name, resources);
}

const groupVersionsOf = (crd: JsonObject): GroupVersion[] =>
  versionsOf(crd)
    .filter((version) => version['served'] === true)
    .map((version) => ({ group: groupOf(crd), version: String(version['name']) }));

/** Schemas and managed fields are nearly all of a definition, and most are not looked at for long: until then they stay bytes. */
function outlineOf(definition: JsonObject): JsonObject {
  const { metadata, spec: _, ...crd } = definition;
  const { versions: __, ...spec } = specOf(definition)!;
  const versions = versionsOf(definition).map(({ schema: ___, ...version }) => version);
  // Spread last: what is added to a spread object has a hidden class of its own.
  return { metadata: { name: (metadata as JsonObject)['name']! }, spec: { versions, ...spec }, ...crd };
}

function storedSchema(entry: Entry, version: string): JsonObject | undefined {
  const found = versionOf(storedObject(entry), version);
  return found && schemaOf(found);
}

function shapeOf(crd: JsonObject): string {
  const { acceptedNames, conditions } = (crd['status'] ?? {}) as {
    acceptedNames?: unknown;
    conditions?: { type: string; status: string }[];
  };
  return JSON.stringify([
    (crd['metadata'] as JsonObject)['generation'],
    acceptedNames,
    (conditions ?? []).map(({ type, status }) => `${type}=${status}`),
  ]);
}
