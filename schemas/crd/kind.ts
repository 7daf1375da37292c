/** The rows that a CustomResourceDefinition adds to the table of kinds, and what else its versions say about themselves. */
import { apiVersionOf } from '../group-version.js';
import type { FieldLabel, Kind, Subresource, Verb } from '../kinds.js';
import { flagAt, objectAt, objectsAt, textAt } from '../validation/members.js';
import {
  acceptedNamesOf,
  groupOf,
  isNamespaced,
  requestedNamesOf,
  storageVersionOf,
  versionOf,
  versionsOf,
  type Definition,
  type Version,
} from './definition.js';
import { compareVersions } from './version-order.js';

/** In the order that discovery shows (R9.5). */
const VERBS: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const SUBRESOURCE_VERBS: readonly Verb[] = ['get', 'patch', 'update'];

/** The served versions of a definition, preferred first (R9.8). */
export function servedVersions(crd: Definition): Version[] {
  return versionsOf(crd)
    .filter((version) => version.served === true)
    .sort((a, b) => compareVersions(textAt(a, 'name'), textAt(b, 'name')));
}

/** One row per served version, preferred first, under the accepted names (B3.8). While Terminating, verbs stay (R1.17), though discovery shows fewer (R9.9). */
export function kindsOf(crd: Definition): Kind[] {
  return servedVersions(crd).map((version) => kindOf(crd, version));
}

function kindOf(crd: Definition, version: Version): Kind {
  const names = acceptedNamesOf(crd);
  // A definition is named after its plural, which never changes; what a client writes as accepted must not take another's place.
  const { plural } = requestedNamesOf(crd);
  const group = groupOf(crd);
  const gvk = { group, version: textAt(version, 'name'), kind: names.kind };
  const deprecation = deprecationOf(crd, version);
  const stored = storageVersionOf(crd) ?? gvk.version;
  // Member by member: what is added to a spread object has a hidden class of its own, and of these there may be thousands.
  return {
    group: gvk.group,
    version: gvk.version,
    kind: gvk.kind,
    plural,
    singular: names.singular,
    listKind: names.listKind,
    shortNames: names.shortNames,
    categories: names.categories,
    namespaced: isNamespaced(crd),
    verbs: VERBS,
    subresources: subresourcesOf(version, gvk),
    storage: {
      group,
      version: stored,
      path: `${group}/${plural}`,
      ...(versionOf(crd, stored)?.served !== true && { isUnserved: true as const }),
    },
    fieldLabels: fieldLabelsOf(crd, version),
    unknownFieldLabel: 'field label not supported: %s',
    generation: true,
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    deleteReturnsObject: false,
    defaultPropagation: 'Background',
    gracefulDelete: false,
    platform: true,
    ...(deprecation !== undefined && { deprecation }),
  };
}

function subresourcesOf(version: Version, kind: Subresource['kind']): Subresource[] {
  const declared = objectAt(version, 'subresources');
  const found: Subresource[] = [];
  if (objectAt(declared, 'status')) found.push({ name: 'status', kind, verbs: SUBRESOURCE_VERBS });
  if (objectAt(declared, 'scale')) {
    found.push({ name: 'scale', kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: SUBRESOURCE_VERBS });
  }
  return found;
}

/** B5.30, R6.52 */
function fieldLabelsOf(crd: Definition, version: Version): FieldLabel[] {
  const paths = ['metadata.name', ...(isNamespaced(crd) ? ['metadata.namespace'] : []), ...selectablePathsOf(version)];
  return paths.map((path) => ({ label: path, path }));
}

/** The paths of selectable fields, without the leading dot. */
export function selectablePathsOf(version: Version): string[] {
  return objectsAt(version, 'selectableFields').map((field) => textAt(field, 'jsonPath').replace(/^\./, ''));
}

/** R1.33: the warning of a deprecated version, undefined for one that is not. */
export function deprecationOf(crd: Definition, version: Version): string | undefined {
  if (!flagAt(version, 'deprecated')) return undefined;
  if (typeof version.deprecationWarning === 'string') return version.deprecationWarning;
  const { kind } = acceptedNamesOf(crd);
  const name = (each: Version): string => `${apiVersionOf({ group: groupOf(crd), version: textAt(each, 'name') })} ${kind}`;
  const better = servedVersions(crd).find(
    (other) => !flagAt(other, 'deprecated') && compareVersions(textAt(other, 'name'), textAt(version, 'name')) < 0,
  );
  return `${name(version)} is deprecated${better === undefined ? '' : `; use ${name(better)}`}`;
}
