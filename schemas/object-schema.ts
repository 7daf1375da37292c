import type { Said } from './said.js';
import type { JsonObject } from './json-value.js';

/** The text of oddly written numbers by path: `spec.replicas` → `2.0`. */
export type Literals = ReadonlyMap<string, string>;

/**
 * What one served version of a kind knows about the shape of its objects. Built-ins make it from `schemas/definitions/`,
 * CustomResourceDefinitions from their structural schema; the verbs see no difference.
 */
export interface ObjectSchema {
  /**
   * Brings a decoded body into shape, in place: checks JSON types, drops unknown members and appends one text each to
   * `problems` (`unknown field "spec.x"`, R4.11, in the order of R4.12), canonical scalars, members that are always present (R3.27a).
   * Throws `ConformError` on the first value of a wrong type (R4.17a). `literals` tells the numbers that were not written as
   * JavaScript prints them: an integer is one by its text (`2.0` is none). `said` takes the empty lists and maps that were dropped, and quantities as they were written.
   */
  conform(object: JsonObject, problems: string[], literals?: Literals, said?: Said[]): void;
  /** Fills defaults, in place, after `conform` (R3.27). Throws `ConformError` where the version's object cannot be made the internal one. */
  default(object: JsonObject): void;
  /**
   * Of custom resources: what `conform` and `default` are to an object that admission made. What is mistyped in its metadata is dropped,
   * and nulls stay.
   */
  conformMutated?(object: JsonObject): void;
  /** What storing does to an object after managed fields were computed, in place: an empty list or map becomes absent, or null where the member is always present (R3.27a). */
  settle(object: JsonObject): void;
  /**
   * Of kinds that tell an empty member from an absent one: the object without the empty members that only the server sees, which answers,
   * managed fields and admission leave out; a copy. They go to `said`.
   */
  shown?(object: JsonObject, said?: Said[]): JsonObject;
  /** The object with its members in the order in which Kubernetes writes them; itself where they are, else a copy that shares what is. */
  order(object: JsonObject): JsonObject;
}

/** A body that cannot be read into the kind; the message is Go's (R4.17a), without a prefix. */
export class ConformError extends Error {}
