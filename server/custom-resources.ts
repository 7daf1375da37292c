/** The resources of a CustomResourceDefinition, one a served version (objects.md B5). */
import type { CustomKind } from '../openapi/index.js';
import { mergeTypeOfStructural } from '../schemas/apply/merge-type-of-structural.js';
import type { MergeType } from '../schemas/apply/merge-type.js';
import type { ReplicasPaths } from '../schemas/apply/scale.js';
import { columnsOfVersion, selectableValues } from '../schemas/crd/columns.js';
import { groupOf, isTrue, specOf, storageVersionOf, type Version, versionOf, versionsOf } from '../schemas/crd/definition.js';
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
import type { Cacher } from '../storage/cacher.js';
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
  const parts = partsOf(definition);
  return kindsOf(definition.crd).map((kind) => new CustomResource(kind, parts));
}

/** What the versions of a definition share. */
interface Parts extends Definition {
  /** The same as `schema`, which remembers it. */
  schemaOf: Definition['schema'];
  /** Name of the stored version. */
  storage: string;
  shapeOf(version: Version): StructuralSchema;
}

function partsOf({ store, crd, schema, revision, retired, convert }: Definition): Parts {
  const schemas = new Map<string, JsonObject | undefined>();
  const schemaOf = (name: string): JsonObject | undefined => {
    if (!schemas.has(name)) {
      const read = schema(name);
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
      schemaOf(name) ?? {},
      paths && { checkScale: (object: JsonObject, part: 'object' | 'status') => validateScale(object, paths, part) },
    );
    shapes.set(name, made);
    return made;
  };
  const storage = storageVersionOf(crd)!;
  return { store, crd, schema, revision, retired, schemaOf, storage, shapeOf, ...(convert && { convert }) };
}

/**
 * One served version. A class, since there may be thousands: what is made on first use is behind getters, and an object literal with those
 * takes three times the memory.
 */
class CustomResource implements Resource {
  readonly gvk: Resource['gvk'];
  readonly gr: Resource['gr'];
  readonly storedGr: Resource['gr'];
  readonly storedGvk: Resource['gvk'];
  readonly isCustom = true;
  readonly isStoredVersion: boolean;
  readonly cacher: Cacher;
  readonly conversion: Conversion;
  readonly requestWarning?: string;
  readonly schemaRevision: number;
  readonly isTerminating: boolean;
  readonly scale?: ScalePaths;
  readonly retired: AbortSignal;
  readonly #parts: Parts;
  readonly #version: Version;
  #mergeType: MergeType | undefined;
  #strategy: Strategy | undefined;
  #table: TablePrinter | undefined;
  #published: CustomKind | undefined;
  #fields: ((object: JsonObject) => Record<string, string>) | undefined;
  #storedFields: ((object: JsonObject) => Record<string, string>) | undefined;

  constructor(
    readonly kind: Kind,
    parts: Parts,
  ) {
    const { store, crd, storage, revision, retired } = parts;
    const group = groupOf(crd);
    this.#parts = parts;
    this.#version = versionOf(crd, kind.version)!;
    this.gvk = { group, version: kind.version, kind: kind.kind };
    this.gr = this.storedGr = { group, resource: kind.plural };
    this.isStoredVersion = kind.version === storage;
    this.storedGvk = this.isStoredVersion ? this.gvk : { group, version: storage, kind: kind.kind };
    this.cacher = store.cacher(resourcePrefix(this.gr));
    this.conversion = conversionOf(kind, parts);
    this.schemaRevision = revision;
    this.isTerminating = isTrue(crd, 'Terminating');
    this.retired = retired;
    const scale = scalePathsOf(this.#version);
    if (scale) this.scale = scale;
    if (kind.deprecation) this.requestWarning = kind.deprecation;
  }

  get schema(): StructuralSchema {
    return this.#parts.shapeOf(this.#version);
  }

  mergeType(): MergeType {
    this.#mergeType ??= mergeTypeOfStructural(this.#parts.schemaOf(this.kind.version));
    return this.#mergeType;
  }

  get strategy(): Strategy {
    this.#strategy ??= strategyOf(this.kind, () => this.schema);
    return this.#strategy;
  }

  get table(): TablePrinter {
    this.#table ??= printerOf(this.#version);
    return this.#table;
  }

  selectableFields(object: JsonObject): Record<string, string> {
    this.#fields ??= selectableValues(this.#version);
    return this.#fields(object);
  }

  fieldsOfStored(object: JsonObject): Record<string, string> {
    this.#storedFields ??= selectableValues(versionOf(this.#parts.crd, this.#parts.storage)!);
    return this.#storedFields(object);
  }

  mergeTypeOf(version: string): MergeType | undefined {
    return versionOf(this.#parts.crd, version) && mergeTypeOfStructural(this.#parts.schemaOf(version));
  }

  replicasPaths(): ReplicasPaths {
    const { crd } = this.#parts;
    const pathOf = (version: Version): string | null => scalePathsOf(version)?.specReplicas ?? null;
    return new Map(versionsOf(crd).map((version) => [`${groupOf(crd)}/${textAt(version, 'name')}`, pathOf(version)]));
  }

  published(): CustomKind {
    this.#published ??= publishedKind(this.kind, this.#parts, this.#version);
    return this.#published;
  }
}

/** R10.30, R10.31 */
function publishedKind(kind: Kind, { crd, schema }: Parts, version: Version): CustomKind {
  return {
    kind,
    schema: () => schema(kind.version),
    preserveUnknownFields: specOf(crd)?.preserveUnknownFields === true,
    selectableFields: objectsAt(version, 'selectableFields').map((field) => textAt(field, 'jsonPath')),
  };
}

/**
 * B5.3, B8: read with the schema and the defaults of the version that it was stored in, then converted, then shaped by the schema of the
 * served version, without defaults. A webhook is asked where there is one; otherwise the members stay as they are.
 */
function conversionOf(kind: Kind, { crd, storage, shapeOf, convert }: Parts): Conversion {
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
        const made = await convert(objects.map(read), served);
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
