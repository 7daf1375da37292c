/** The resources of a CustomResourceDefinition, one a served version (objects.md B5). */
import type { CustomKind } from '../openapi/index.js';
import { mergeTypeOfStructural } from '../schemas/apply/merge-type-of-structural.js';
import type { MergeType } from '../schemas/apply/merge-type.js';
import { columnsOfVersion, selectableValues } from '../schemas/crd/columns.js';
import { groupOf, isTrue, specOf, storageVersionOf, type Version, versionOf } from '../schemas/crd/definition.js';
import type { ConvertByWebhook } from './conversion-webhook.js';
import { kindsOf } from '../schemas/crd/kind.js';
import { type ScalePaths, scalePathsOf, validateScale } from '../schemas/crd/scale.js';
import { equal, type JsonObject } from '../schemas/json-value.js';
import type { Kind } from '../schemas/kinds.js';
import { finalizerWarnings, metaOf } from '../schemas/object-meta.js';
import { sharedSchema } from '../schemas/structural/shared-schema.js';
import { type StructuralSchema, structuralSchema } from '../schemas/structural/structural-schema.js';
import { cellsOf, definitionsOf } from '../schemas/tables/index.js';
import { objectsAt, textAt } from '../schemas/validation/members.js';
import { resourcePrefix } from '../storage/keys.js';
import type { Store } from '../storage/store.js';
import type { Conversion, Resource, TablePrinter } from './resource.js';
import type { Strategy } from './strategy.js';

export interface Definition {
  store: Store;
  /** Without the schemas of its versions. */
  crd: JsonObject;
  /** Reads the schema of a version. */
  schema(version: string): JsonObject | undefined;
  /** Objects older than this are read through the schema. */
  revision: number;
  retired: AbortSignal;
  /** With strategy Webhook (B8). */
  convert?: ConvertByWebhook;
}

/** The resources of a definition whose names were accepted. */
export function customResources(definition: Definition): Resource[] {
  const { crd } = definition;
  const schemas = new Map<string, JsonObject | undefined>();
  const schema = (name: string): JsonObject | undefined => {
    if (!schemas.has(name)) {
      const read = definition.schema(name);
      schemas.set(name, read && sharedSchema(read));
    }
    return schemas.get(name);
  };
  const shapes = new Map<string, StructuralSchema>();
  const shapeOf = (version: Version): StructuralSchema => {
    const name = version['name'] as string;
    const known = shapes.get(name);
    if (known) return known;
    const paths = scalePathsOf(version);
    const made = structuralSchema(
      schema(name) ?? {},
      paths && { checkScale: (object: JsonObject, part: 'object' | 'status') => validateScale(object, paths, part) },
    );
    shapes.set(name, made);
    return made;
  };
  const storage = storageVersionOf(crd)!;
  return kindsOf(crd).map((kind) => customResource({ ...definition, schema, readSchema: definition.schema, kind, storage, shapeOf }));
}

interface Parts extends Definition {
  /** The same as `schema`, which remembers it. */
  readSchema: Definition['schema'];
  kind: Kind;
  /** Name of the stored version. */
  storage: string;
  shapeOf(version: Version): StructuralSchema;
}

function customResource(parts: Parts): Resource {
  const { store, crd, schema: schemaOf, kind, storage, shapeOf, revision, retired } = parts;
  const version = versionOf(crd, kind.version)!;
  const group = groupOf(crd);
  const gr = { group, resource: kind.plural };
  const scale = scalePathsOf(version);
  let schema: StructuralSchema | undefined;
  let mergeType: MergeType | undefined;
  let strategy: Strategy | undefined;
  let table: TablePrinter | undefined;
  let published: CustomKind | undefined;
  let fields: ((object: JsonObject) => Record<string, string>) | undefined;
  return {
    kind,
    gvk: { group, version: kind.version, kind: kind.kind },
    gr,
    storedGr: gr,
    storedGvk: { group, version: storage, kind: kind.kind },
    isCustom: true,
    isStoredVersion: kind.version === storage,
    get schema() {
      schema ??= shapeOf(version);
      return schema;
    },
    mergeType() {
      mergeType ??= mergeTypeOfStructural(schemaOf(kind.version));
      return mergeType;
    },
    get strategy() {
      strategy ??= strategyOf(kind, () => shapeOf(version));
      return strategy;
    },
    cacher: store.cacher(resourcePrefix(gr)),
    conversion: conversionOf(parts),
    get table() {
      table ??= printerOf(version);
      return table;
    },
    selectableFields(object) {
      fields ??= selectableValues(version);
      return fields(object);
    },
    ...(kind.deprecation && { requestWarning: kind.deprecation }),
    schemaRevision: revision,
    isTerminating: isTrue(crd, 'Terminating'),
    published() {
      published ??= publishedKind(parts, version);
      return published;
    },
    ...(scale && { scale: scale as ScalePaths }),
    retired,
  };
}

/** R10.30, R10.31 */
function publishedKind({ crd, readSchema, kind }: Parts, version: Version): CustomKind {
  return {
    kind,
    schema: () => readSchema(kind.version),
    preserveUnknownFields: specOf(crd)?.preserveUnknownFields === true,
    selectableFields: objectsAt(version, 'selectableFields').map((field) => textAt(field, 'jsonPath')),
  };
}

/**
 * B5.3, B8: read with the schema and the defaults of the version that it was stored in, then converted, then shaped by the schema of the
 * served version, without defaults. A webhook is asked where there is one; otherwise the members stay as they are.
 */
function conversionOf({ crd, kind, storage, shapeOf, convert }: Parts): Conversion {
  const group = groupOf(crd);
  const [served, stored] = [`${group}/${kind.version}`, `${group}/${storage}`];
  const shapeAt = (apiVersion: string): StructuralSchema =>
    shapeOf(versionOf(crd, apiVersion.slice(group.length + 1)) ?? versionOf(crd, storage)!);
  const read = (object: JsonObject): JsonObject => {
    const shape = shapeAt(textAt(object, 'apiVersion'));
    shape.conformStored(object);
    shape.default(object);
    return object;
  };
  const shaped = (object: JsonObject, apiVersion: string): JsonObject => {
    shapeAt(apiVersion).conformStored(object);
    object['apiVersion'] = apiVersion;
    return object;
  };
  const isAt = (object: JsonObject, apiVersion: string): boolean => object['apiVersion'] === apiVersion;
  const converted = (object: JsonObject, apiVersion: string): JsonObject | Promise<JsonObject> =>
    convert && !isAt(object, apiVersion)
      ? convert([object], apiVersion).then(([made]) => shaped(made!, apiVersion))
      : shaped(object, apiVersion);
  return {
    fromStored(object) {
      const wasAt = textAt(object, 'apiVersion');
      read(object);
      return wasAt === served ? object : converted(object, served);
    },
    toStored(object) {
      // Whoever reads it sees these defaults (B5.6), also that of a status which the write took away, and nothing that an apply merged and the schema does not know.
      const reread = (made: JsonObject): JsonObject => {
        shapeAt(stored).reread(made);
        return made;
      };
      if (kind.version === storage) return reread(object);
      const made = converted(object, stored);
      return made instanceof Promise ? made.then(reread) : reread(made);
    },
    ...(convert && {
      convert,
      async listFromStored(objects: JsonObject[]) {
        const made = await convert(objects.map(read), served, kind.listKind);
        return made.map((object) => shaped(object, served));
      },
    }),
  };
}

function printerOf(version: Version): TablePrinter {
  const columns = columnsOfVersion(version);
  return { columns: definitionsOf(columns), cells: (object, now) => cellsOf(columns, object, now) };
}

/** R3.11, B5.9, B5.10 */
function strategyOf(kind: Kind, schema: () => StructuralSchema): Strategy {
  const hasStatus = kind.subresources.some(({ name }) => name === 'status');
  const takeStatus = (object: JsonObject, old: JsonObject): void => {
    if (old['status'] === undefined) delete object['status'];
    else object['status'] = old['status'];
  };
  const content = ({ metadata: _, ...rest }: JsonObject): JsonObject => rest;
  const main: Strategy = {
    prepareForCreate(object) {
      if (hasStatus) delete object['status'];
      metaOf(object).generation = 1;
    },
    validate: (object, warnings, inMetadata) => schema().validate(object, undefined, warnings, inMetadata),
    prepareForUpdate(object, old) {
      if (hasStatus) takeStatus(object, old);
      if (!equal(content(object), content(old))) metaOf(object).generation = (metaOf(old).generation ?? 0) + 1;
    },
    validateUpdate: (object, old, warnings, inMetadata) => schema().validate(object, old, warnings, inMetadata),
    warnings: (object, old) => finalizerWarnings(metaOf(object), old && metaOf(old)),
    canonicalize: () => {},
    resetFields: hasStatus ? [['status']] : [],
    subresources: {},
  };
  if (hasStatus) main.subresources['status'] = statusOf(main, schema);
  return main;
}

/** Everything but `status` and the managed fields comes from the stored object. */
function statusOf(main: Strategy, schema: () => StructuralSchema): Strategy {
  return {
    ...main,
    prepareForUpdate(object, old) {
      const { managedFields, resourceVersion } = metaOf(object);
      for (const key of Object.keys(object)) if (key !== 'status') delete object[key];
      for (const [key, value] of Object.entries(old)) if (key !== 'status') object[key] = value;
      object['metadata'] = { ...(old['metadata'] as JsonObject) };
      const meta = metaOf(object);
      delete meta.managedFields;
      if (managedFields) meta.managedFields = managedFields;
      if (resourceVersion) meta.resourceVersion = resourceVersion;
    },
    validateUpdate: (object, old, warnings, inMetadata) => schema().validateStatus(object, old, warnings, inMetadata),
    warnings: () => [],
    resetFields: [['spec'], ['metadata']],
    subresources: {},
  };
}
