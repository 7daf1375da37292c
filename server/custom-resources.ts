/** The resources of a CustomResourceDefinition, one a served version (objects.md B5). */
import type { CustomKind } from '../openapi/index.js';
import { mergeTypeOfStructural } from '../schemas/apply/merge-type-of-structural.js';
import type { MergeType } from '../schemas/apply/merge-type.js';
import { columnsOfVersion, selectableValues } from '../schemas/crd/columns.js';
import { groupOf, isTrue, schemaOf, specOf, storageVersionOf, type Version, versionOf } from '../schemas/crd/definition.js';
import { kindsOf } from '../schemas/crd/kind.js';
import { type ScalePaths, scalePathsOf, validateScale } from '../schemas/crd/scale.js';
import { equal, type JsonObject } from '../schemas/json-value.js';
import type { Kind } from '../schemas/kinds.js';
import { finalizerWarnings, metaOf } from '../schemas/object-meta.js';
import { type StructuralSchema, structuralSchema } from '../schemas/structural/structural-schema.js';
import { cellsOf, definitionsOf } from '../schemas/tables/index.js';
import { objectsAt, textAt } from '../schemas/validation/members.js';
import { resourcePrefix } from '../storage/keys.js';
import type { Store } from '../storage/store.js';
import type { Conversion, Resource, TablePrinter } from './resource.js';
import type { Strategy } from './strategy.js';

/** The resources of a definition whose names were accepted. `revision`: objects older than this are read through the schema. */
export function customResources(store: Store, crd: JsonObject, revision: number, retired: AbortSignal): Resource[] {
  const shapes = new Map<string, StructuralSchema>();
  const shapeOf = (version: Version): StructuralSchema => {
    const name = version['name'] as string;
    const known = shapes.get(name);
    if (known) return known;
    const paths = scalePathsOf(version);
    const made = structuralSchema(
      schemaOf(version) ?? {},
      paths && { checkScale: (object: JsonObject, part: 'object' | 'status') => validateScale(object, paths, part) },
    );
    shapes.set(name, made);
    return made;
  };
  const storage = storageVersionOf(crd)!;
  return kindsOf(crd).map((kind) => customResource({ store, crd, kind, storage, shapeOf, revision, retired }));
}

interface Parts {
  store: Store;
  crd: JsonObject;
  kind: Kind;
  /** Name of the stored version. */
  storage: string;
  shapeOf(version: Version): StructuralSchema;
  revision: number;
  retired: AbortSignal;
}

function customResource({ store, crd, kind, storage, shapeOf, revision, retired }: Parts): Resource {
  const version = versionOf(crd, kind.version)!;
  const storedVersion = versionOf(crd, storage)!;
  const group = groupOf(crd);
  const gr = { group, resource: kind.plural };
  const scale = scalePathsOf(version);
  let schema: StructuralSchema | undefined;
  let mergeType: MergeType | undefined;
  let strategy: Strategy | undefined;
  let table: TablePrinter | undefined;
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
      mergeType ??= mergeTypeOfStructural(schemaOf(version));
      return mergeType;
    },
    get strategy() {
      strategy ??= strategyOf(kind, () => shapeOf(version));
      return strategy;
    },
    cacher: store.cacher(resourcePrefix(gr)),
    conversion: conversionOf(
      kind,
      storage,
      () => shapeOf(version),
      () => shapeOf(storedVersion),
    ),
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
    published: () => publishedKind(crd, version, kind),
    ...(scale && { scale: scale as ScalePaths }),
    retired,
  };
}

/** R10.30, R10.31 */
function publishedKind(crd: JsonObject, version: Version, kind: Kind): CustomKind {
  const schema = schemaOf(version);
  return {
    kind,
    ...(schema && { schema }),
    preserveUnknownFields: specOf(crd)?.preserveUnknownFields === true,
    selectableFields: objectsAt(version, 'selectableFields').map((field) => textAt(field, 'jsonPath')),
  };
}

/** B5.3, B8: read with the stored version's schema and defaults; another version is then shaped by its own, without defaults. */
function conversionOf(kind: Kind, storage: string, own: () => StructuralSchema, stored: () => StructuralSchema): Conversion {
  const isSame = kind.version === storage;
  return {
    fromStored(object) {
      stored().conformStored(object);
      stored().default(object);
      if (!isSame) own().conformStored(object);
      return object;
    },
    toStored(object) {
      if (isSame) return object;
      stored().conformStored(object);
      // Every reader of the stored version would see these defaults (B5.6).
      stored().default(object);
      return object;
    },
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
    validate: (object, warnings) => schema().validate(object, undefined, warnings),
    prepareForUpdate(object, old) {
      if (hasStatus) takeStatus(object, old);
      if (!equal(content(object), content(old))) metaOf(object).generation = (metaOf(old).generation ?? 0) + 1;
    },
    validateUpdate: (object, old, warnings) => schema().validate(object, old, warnings),
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
    validateUpdate: (object, old, warnings) => schema().validateStatus(object, old, warnings),
    warnings: () => [],
    resetFields: [['spec'], ['metadata']],
    subresources: {},
  };
}
