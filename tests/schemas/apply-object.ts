/** One object under field management, as the server keeps it: an object in memory, a clock that ticks with every write. */
import { apply, keepTimes, type ManagerOptions, trackUpdate } from '../../schemas/apply/field-manager.js';
import { managedFieldsOf } from '../../schemas/apply/managed-fields.js';
import type { MergeType } from '../../schemas/apply/merge-type.js';
import { mergeTypeOfStructural } from '../../schemas/apply/merge-type-of-structural.js';
import { builtinSchema } from '../../schemas/builtin-schema.js';
import { mergeTypeOfDefinition } from '../../schemas/apply/merge-type-of-definition.js';
import { definitionOfKind } from '../../schemas/definitions/index.js';
import { parseApiVersion } from '../../schemas/group-version.js';
import { clone, equal, isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';

export interface Write {
  force?: boolean;
  subresource?: string;
}

export interface ManagedObject {
  readonly live: JsonObject | undefined;
  /** Counts writes that changed something, as resourceVersion does. */
  readonly revision: number;
  apply(manager: string, content: JsonObject, write?: Write): JsonObject;
  update(manager: string, content: JsonObject, write?: Write): JsonObject;
  patch(manager: string, change: (object: JsonObject) => void, write?: Write): JsonObject;
  /** FieldsV1 by manager: `m1` for appliers, `zed/Update`, with `/status` behind where there is a subresource. */
  owners(): JsonObject;
  times(): JsonObject;
}

export interface KindUnderTest {
  apiVersion: string;
  kind: string;
  type: MergeType;
  options: ManagerOptions;
  /** What decoding does to a body. */
  conform: (object: JsonObject) => void;
}

export function builtin(apiVersion: string, kind: string, options: Partial<ManagerOptions> = {}): KindUnderTest {
  const { name } = definitionOfKind({ ...parseApiVersion(apiVersion)!, kind })!;
  const schema = builtinSchema(name);
  const empty: JsonObject = { apiVersion, kind };
  schema.conform(empty, []);
  return {
    apiVersion,
    kind,
    type: mergeTypeOfDefinition(name),
    options: { empty, ...options },
    conform: (object) => {
      schema.conform(object, []);
      schema.default(object);
    },
  };
}

export function custom(schema: JsonObject, options: Partial<ManagerOptions> = {}, apiVersion = 'example.com/v1'): KindUnderTest {
  return {
    apiVersion,
    kind: 'Widget',
    type: mergeTypeOfStructural(schema),
    options: { empty: { apiVersion, kind: 'Widget' }, ...options },
    conform: () => undefined,
  };
}

export function managedObject({ apiVersion, kind, type, options, conform }: KindUnderTest): ManagedObject {
  let live: JsonObject | undefined;
  let revision = 0;
  const request = (manager: string, { subresource = '' }: Write) => ({
    manager,
    apiVersion,
    kind,
    subresource,
    time: new Date(Date.UTC(2024, 0, 1) + ++clock * 1000).toISOString().replace('.000', ''),
  });
  let clock = 0;
  const body = (content: JsonObject): JsonObject => {
    const { metadata, ...rest } = content;
    return { apiVersion, kind, metadata: { name: 'a', ...(isObject(metadata) ? metadata : {}) }, ...rest };
  };
  const store = (written: JsonObject): JsonObject => {
    if (live) keepTimes(live, written);
    if (live === undefined || !equal(live, written)) revision++;
    live = written;
    return written;
  };
  const update = (manager: string, object: JsonObject, write: Write): JsonObject => {
    conform(object);
    trackUpdate(live, object, type, request(manager, write), options);
    return store(object);
  };
  return {
    get live() {
      return live;
    },
    get revision() {
      return revision;
    },
    apply(manager, content, write = {}) {
      const merged = apply(live, body(content), type, { ...request(manager, write), force: write.force === true }, options);
      conform(merged);
      return store(merged);
    },
    update: (manager, content, write = {}) => update(manager, body(clone(content)), write),
    patch(manager, change, write = {}) {
      const object = clone(live!);
      change(object);
      return update(manager, object, write);
    },
    owners: () => byManager(live, 'fieldsV1'),
    times: () => byManager(live, 'time'),
  };
}

function byManager(live: JsonObject | undefined, member: string): JsonObject {
  const out: JsonObject = {};
  for (const entry of ((live && managedFieldsOf(live)) ?? []) as JsonObject[]) {
    const name = [entry['manager'], entry['operation'] === 'Update' && 'Update', entry['subresource']].filter(Boolean).join('/');
    out[name] = (entry[member] ?? null) as JsonValue;
  }
  return out;
}
