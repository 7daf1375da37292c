/** The shape of a built-in type's facts (architecture §6). The data are in the files beside; `index.ts` loads them by group, on first use. */

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
  default?: unknown;
}

/** Fields of `inline` stand directly in the JSON object, but are a message of their own (`tag`) in protobuf. */
export interface Inline {
  inline: TypeName;
  tag?: number;
}

export interface Definition {
  /** `io.k8s.api.core.v1.Container` */
  name: string;
  fields: (Field | Inline)[];
  /** `v1/ConfigMap`, `apps/v1/Deployment` … for kinds. */
  gvk?: string[];
  mapType?: 'atomic' | 'granular';
}
