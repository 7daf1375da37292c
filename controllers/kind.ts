/** A kind of a plugin, as the CustomResourceDefinition the server takes it from. */
import type { JsonObject } from '../schemas/json-value.js';
import type { Kind, ObjectOf, Typed } from './kind-types.js';
import type { KubeObject } from './object.js';
import { checkFields } from './strict-fields.js';

/** `T` is what its objects are. */
export interface KindManifest<T extends KubeObject = KubeObject> extends KubeObject, Typed<T> {
  spec: JsonObject;
}

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** From the object's root: `.status.url`. */
  jsonPath: string;
  description?: string;
  format?: string;
  /** Above 0: only with `-o wide`. */
  priority?: number;
}

export interface KindDefinition {
  group: string;
  version: string;
  kind: string;
  /** The kind in lower case with an `s`, where not given. */
  plural?: string;
  singular?: string;
  shortNames?: string[];
  categories?: string[];
  scope?: 'Namespaced' | 'Cluster';
  description?: string;
  /** Structural OpenAPI v3 schemas. With `status` the kind has the status subresource. */
  spec: JsonObject;
  status?: JsonObject;
  /** Paths of the scale subresource. */
  scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  columns?: Column[];
  selectableFields?: string[];
}

const fields = [
  'group',
  'version',
  'kind',
  'plural',
  'singular',
  'shortNames',
  'categories',
  'scope',
  'description',
  'spec',
  'status',
  'scale',
  'columns',
  'selectableFields',
] as const satisfies (keyof KindDefinition)[];
const requiredFields = ['group', 'version', 'kind', 'spec'] as const satisfies (keyof KindDefinition)[];

/** How clients and controllers name the kind of a manifest, with the type of its objects. Of several versions it is the stored one. */
export function kindOf<T extends KubeObject>(manifest: KindManifest<T>): Kind<T> {
  const { group, names, versions } = manifest.spec as unknown as {
    group: string;
    names: { kind: string };
    versions: { name: string; storage: boolean }[];
  };
  return { apiVersion: `${group}/${versions.find(({ storage }) => storage)!.name}`, kind: names.kind };
}

/** One kind with one version, served and stored. Several versions need the manifest itself. @throws TypeError for a wrong definition */
export function defineKind<const D extends KindDefinition>(definition: D): KindManifest<ObjectOf<D>> {
  const where = `kind ${JSON.stringify(definition.kind)}`;
  checkFields(definition, fields, where);
  for (const field of requiredFields) if (!definition[field]) throw new TypeError(`${where}: ${field} is missing`);
  const { group, version, kind, scope = 'Namespaced', spec, status, scale } = definition;
  const plural = definition.plural ?? `${kind.toLowerCase()}s`;
  const subresources = { ...(status && { status: {} }), ...(scale && { scale }) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: {
        plural,
        singular: definition.singular ?? kind.toLowerCase(),
        kind,
        listKind: `${kind}List`,
        ...(definition.shortNames && { shortNames: definition.shortNames }),
        ...(definition.categories && { categories: definition.categories }),
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              ...(definition.description && { description: definition.description }),
              properties: { spec, ...(status && { status }) },
              required: ['spec'],
            },
          },
          ...(Object.keys(subresources).length > 0 && { subresources }),
          ...(definition.columns && { additionalPrinterColumns: definition.columns.map((column) => ({ ...column })) }),
          ...(definition.selectableFields && { selectableFields: definition.selectableFields.map((jsonPath) => ({ jsonPath })) }),
        },
      ],
    },
  };
}
