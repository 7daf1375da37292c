/** The shape of a built-in type's facts (architecture §6). The data are in the files beside; `index.ts` loads them by group, on first use. */
import type { JsonValue } from '../json-value.js';

/** What Go's encoders do with a zero value. */
export type Presence = 'always' | 'omitempty' | 'pointer' | 'pointer-always';

/** A scalar of the wire, `[]T`, `map[string]T`, or the full name of another definition. */
export type TypeName = string;

export interface Field {
  name: string;
  type: TypeName;
  /** Protobuf field number; absent where no wire facts are known. */
  tag?: number;
  presence: Presence;
  required?: boolean;
  listType?: 'atomic' | 'set' | 'map';
  listMapKeys?: string[];
  mapType?: 'atomic' | 'granular';
  patchStrategy?: string;
  patchMergeKey?: string;
  format?: string;
  /** Known values; a closed enum when `enum` is set. */
  values?: string[];
  enum?: boolean;
  default?: JsonValue;
  /** Go's name of the type, as decoding errors print it, where it does not follow from `type` (R4.17a): `v1.Protocol`, `[]v1.Finalizer`. */
  goType?: string;
  /** A zero struct is left out as well: `creationTimestamp`. */
  omitzero?: boolean;
}

/** Fields of `inline` stand directly in the JSON object, but are a message of their own (`tag`) in protobuf. */
export interface Inline {
  inline: TypeName;
  tag?: number;
}

/** `x-kubernetes-unions`: at most one of `fields` is set; `discriminator` names it. */
export interface Union {
  discriminator?: string;
  fields: string[];
}

export interface Definition {
  /** `io.k8s.api.core.v1.Container` */
  name: string;
  fields: (Field | Inline)[];
  /** `v1/ConfigMap`, `apps/v1/Deployment` … for kinds, which have `apiVersion` and `kind` besides their fields; `*` for a kind of every group-version. */
  gvk?: string[];
  mapType?: 'atomic';
  /** Only ever stands inline in others; no definition of its own in OpenAPI. */
  inlineOnly?: boolean;
  unions?: Union[];
}
