/** Kinds: the rows of `kinds/table.ts` made whole. A CustomResourceDefinition becomes the same `Kind` (architecture §6). */
import { createHash } from 'node:crypto';
import { apiVersionOf, gvkName, parseApiVersion, type GroupVersionKind } from './group-version.js';
import type { FieldLabel, Kind, Subresource, Verb } from './kinds/kind.js';
import { type GroupRows, type Row, TABLE } from './kinds/table.js';

export type { FieldLabel, Kind, Subresource, Verb } from './kinds/kind.js';
export { isKnownType, KNOWN_VERSIONS } from './kinds/known-types.js';

const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const STATUS_VERBS: readonly Verb[] = ['get', 'patch', 'update'];

/** The built-in groups in discovery's order (R9.7), the core group first, with their served versions, preferred first. */
export const BUILTIN_GROUPS: readonly { group: string; versions: readonly string[] }[] = TABLE.map(({ group, versions }) => ({
  group,
  versions,
}));

/** Every built-in kind, once per served version: by group, version, plural. */
export const BUILTIN_KINDS: readonly Kind[] = TABLE.flatMap((rows) =>
  rows.versions.flatMap((version) =>
    rows.kinds.filter((row) => (row.versions ?? rows.versions.slice(0, 1)).includes(version)).map((row) => kindOf(rows, row, version)),
  ),
);

function kindOf({ group, package: packageName, versions }: GroupRows, row: Row, version: string): Kind {
  const gvk = { group, version, kind: row.kind };
  const served = row.versions ?? versions;
  const storedAs = row.storedAs === undefined ? { group, version: served[0]! } : row.storedAs && parseApiVersion(row.storedAs);
  const deprecation = row.deprecated?.[version];
  return {
    ...gvk,
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    listKind: `${row.kind}List`,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    namespaced: row.namespaced ?? false,
    verbs: row.verbs ?? ALL_VERBS,
    subresources: (row.subresources ?? []).map((subresource) => subresourceOf(gvk, subresource)),
    definition: `${packageName}.${version}.${row.kind}`,
    ...(storedAs && { storage: { ...storedAs, path: row.storagePath ?? row.plural } }),
    fieldLabels: fieldLabelsOf(row),
    unknownFieldLabel: unknownFieldLabelOf(row, gvk),
    generation: row.generation ?? false,
    allowCreateOnUpdate: row.createOnUpdate ?? false,
    allowUnconditionalUpdate: !row.needsResourceVersion,
    deleteReturnsObject: row.deleteReturnsObject ?? false,
    defaultPropagation: row.defaultPropagation ?? 'Background',
    gracefulDelete: row.gracefulDelete ?? false,
    platform: row.platform ?? false,
    ...(deprecation && { deprecation: deprecationText(gvk, deprecation) }),
  };
}

function subresourceOf(parent: GroupVersionKind, row: NonNullable<Row['subresources']>[number]): Subresource {
  if (typeof row === 'string') return { name: row, kind: parent, verbs: STATUS_VERBS };
  const [name, verbs, kind = parent.kind] = row;
  const at = kind.lastIndexOf('/');
  return {
    name,
    verbs,
    kind: at < 0 ? { ...parent, kind } : { ...parseApiVersion(kind.slice(0, at))!, kind: kind.slice(at + 1) },
  };
}

/** R6.51: kinds with their own list take `metadata.namespace` only when they have one. */
function fieldLabelsOf(row: Row): FieldLabel[] {
  const own = (row.fields ?? []).map((field) => (typeof field === 'string' ? { label: field, path: field } : field));
  const everywhere = row.fields && !row.namespaced ? ['metadata.name'] : ['metadata.name', 'metadata.namespace'];
  return [...everywhere.map((path) => ({ label: path, path })), ...own];
}

function unknownFieldLabelOf(row: Row, gvk: GroupVersionKind): string {
  if (row.unknownField) return row.unknownField.replace('%gvk', gvkName(gvk));
  return row.fields ? 'field label not supported: %s' : '"%s" is not a known field selector: only "metadata.name", "metadata.namespace"';
}

/** R1.33 */
function deprecationText(gvk: GroupVersionKind, [since, until, replacement]: readonly [number, number, string?]): string {
  const gone = until ? `, unavailable in v1.${until}+` : '';
  return `${apiVersionOf(gvk)} ${gvk.kind} is deprecated in v1.${since}+${gone}${replacement ? `; use ${replacement}` : ''}`;
}

/** R9.6: what discovery calls `storageVersionHash`; undefined for kinds that are not stored and listable, or in a version not served. */
export function storageVersionHash(kind: Kind): string | undefined {
  if (!kind.storage || kind.storage.isUnserved || !kind.verbs.includes('list')) return undefined;
  const { group, version } = kind.storage;
  return createHash('sha256').update(`${group}/${version}/${kind.kind}`).digest().subarray(0, 8).toString('base64');
}

const byGvk = new Map(BUILTIN_KINDS.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));

/** The served built-in kind of that name. */
export function builtinKind(gvk: GroupVersionKind): Kind | undefined {
  return byGvk.get(`${apiVersionOf(gvk)}/${gvk.kind}`);
}
