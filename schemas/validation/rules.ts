import type { FieldError } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';

/** What a write knows beside its objects. */
export interface WriteContext {
  /** RFC 3339, whole seconds. */
  now: string;
  /** The writer as a UserInfo of authentication.k8s.io/v1. */
  user: JsonObject;
  /** Makes a name for the one kind that gives itself one. */
  uuid(): string;
}

/** What a subresource that writes the whole object does otherwise than the object's own update: `finalize`, `resize`, `ephemeralcontainers` … */
export interface SubresourceRules {
  prepareForUpdate?(object: JsonObject, old: JsonObject, context?: WriteContext): void;
  validateUpdate?(object: JsonObject, old: JsonObject): FieldError[];
  warnings?(object: JsonObject, old?: JsonObject): string[];
}

/**
 * What a built-in kind does beyond its shape. Pure functions on objects in their served version that were conformed and (but for
 * `default` itself) defaulted. ObjectMeta is the caller's; an absent function means that the kind has nothing to say there.
 */
export interface KindRules {
  /** Defaults, conditional ones included, in place (R3.27); what is said in `schemas/definitions` is not repeated. Applying it twice changes nothing. */
  default?(object: JsonObject): void;
  /** Warnings about a new object before `prepareForCreate` changes it; they are sent even where the object is then refused. */
  deprecations?(object: JsonObject): string[];
  /** Drops what a creator may not set and sets what the server sets, in place. `generation` is the caller's. */
  prepareForCreate?(object: JsonObject, context?: WriteContext): void;
  /** Restores what an update may not touch, in place. `generation` is the caller's. */
  prepareForUpdate?(object: JsonObject, old: JsonObject, context?: WriteContext): void;
  /** The same for a write through `/status` (R1.24). Without it the caller restores `spec`. */
  prepareForStatusUpdate?(object: JsonObject, old: JsonObject, context?: WriteContext): void;
  /** After validation, in place: the name of a generated object is known here. */
  canonicalize?(object: JsonObject): void;
  /** Findings on the content of a new object, in Kubernetes' order. */
  validate?(object: JsonObject): FieldError[];
  /** Findings on an update: those of `validate` included where Kubernetes checks them. */
  validateUpdate?(object: JsonObject, old: JsonObject): FieldError[];
  validateStatusUpdate?(object: JsonObject, old: JsonObject): FieldError[];
  /** Warnings for a create (no `old`) or an update, once it was found valid. The caller drops repeated ones. */
  warnings?(object: JsonObject, old?: JsonObject): string[];
  /**
   * The generation counts as Go's `reflect.DeepEqual` compares (R3.10): an empty list or map that is sent is not an absent one, which is all
   * that storage makes of it; an empty byte string is stored, though never shown.
   */
  tellsEmpty?: true;
  /** Dotted paths whose changes nobody owns (R5.74), by subresource; `''` is the object itself. Where absent: `status`, and `spec` of `/status`. */
  resetFields?: Readonly<Record<string, readonly string[]>>;
  /** By name. */
  subresources?: Readonly<Record<string, SubresourceRules>>;
}

/** The kinds of one group; `Kind/version` stands for one version only and wins over `Kind`. */
export type GroupRules = Readonly<Record<string, KindRules>>;
