import type { TypeName } from '../definitions/index.js';
import type { GroupVersionKind } from '../group-version.js';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface Subresource {
  name: string;
  /** What it answers and takes: `Scale` of `autoscaling/v1`, or the kind itself. */
  kind: GroupVersionKind;
  verbs: readonly Verb[];
}

/** A field label that lists can select by (R6.51, R6.52). */
export interface FieldLabel {
  label: string;
  /** Dotted path of the value in the object; without one the value is always `''`. */
  path?: string;
  /** Read where the value at `path` is empty. */
  otherPath?: string;
  /** The value of an absent field; `''` where not given. */
  absent?: string;
}

/** One served version of a kind: a row of the table in `table.ts`, or a version of a CustomResourceDefinition. */
export interface Kind extends GroupVersionKind {
  plural: string;
  singular: string;
  listKind: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  /** In discovery's order (R9.5). */
  verbs: readonly Verb[];
  /** By name. */
  subresources: readonly Subresource[];
  /** The built-in type behind the rows of this kind; absent for custom resources. */
  definition?: TypeName;
  /** Where objects live: group and version that they are stored as, and the path under `/registry/`. Absent: nothing is stored. */
  storage?: { group: string; version: string; path: string; isUnserved?: true };
  fieldLabels: readonly FieldLabel[];
  /** The text of a 400 for any other label; `%s` stands for it (R6.51). */
  unknownFieldLabel: string;
  /** `metadata.generation` counts changes of the content (R3.10). */
  generation: boolean;
  /** PUT to a missing name creates (R3.30). */
  allowCreateOnUpdate: boolean;
  /** PUT without a resourceVersion is taken (R3.30). */
  allowUnconditionalUpdate: boolean;
  /** DELETE answers the object, not a Status (R4.45). */
  deleteReturnsObject: boolean;
  /** The propagation of a DELETE that names none (R4.42.4); `None`: outside garbage collection. */
  defaultPropagation: 'Background' | 'Orphan' | 'None';
  /** DELETE honours a grace period (R4.47). */
  gracefulDelete: boolean;
  /** Belongs to the platform profile; the others need nodes or workloads. */
  platform: boolean;
  /** The Warning of every request (R1.33). */
  deprecation?: string;
}
