/**
 * The life-cycle of a kind's objects. Every function is optional behaviour of one kind or subresource; `verbs/` call them in the
 * order of R4.20 and R4.21. Objects are in the served version and already conformed and defaulted.
 */
import type { FieldError } from '../schemas/field-errors.js';
import type { JsonObject } from '../schemas/json-value.js';
import type { WriteContext } from '../schemas/validation/rules.js';
import type { DeleteOptions } from './request-options.js';

export interface Strategy {
  prepareForCreate(object: JsonObject, context: WriteContext): void;
  /**
   * Metadata is validated by the caller, with the errors `inMetadata`; content here, in Kubernetes' order. Findings that only warn go
   * to `warnings`.
   */
  validate(object: JsonObject, warnings: string[], inMetadata?: readonly FieldError[]): FieldError[];
  prepareForUpdate(object: JsonObject, old: JsonObject, context: WriteContext): void;
  validateUpdate(object: JsonObject, old: JsonObject, warnings: string[], inMetadata?: readonly FieldError[]): FieldError[];
  warnings(object: JsonObject, old?: JsonObject): string[];
  /** Warnings that a new object draws even if it is refused. */
  deprecations?(object: JsonObject): string[];
  /** After validation, in place. */
  canonicalize(object: JsonObject): void;
  /** Paths whose changes a writer of this (sub)resource never owns (R5.74), e.g. `['status']`. */
  resetFields: string[][];
  /**
   * Own rules of DELETE (namespaces, CRDs, pods): changes `object`, in the stored version and with the finalizers that the options ask for
   * (R4.42), into what is stored if it is held; the ordinary way is R4.43.
   */
  beginDeletion?(object: JsonObject, options: DeleteOptions, now: number): { isHeld: boolean; keepsMark: boolean };
  /** The options as these kinds fill them in, which admission is told; undefined: a deletion is pending that these do not hasten, and nobody is asked. */
  deletionOptions?(object: JsonObject, options: DeleteOptions): DeleteOptions | undefined;
  /** Strategies of subresources that write the same object: `status`, … */
  subresources: Record<string, Strategy>;
}

/** What kinds with rules of DELETE of their own bring. */
export type Deletion = Required<Pick<Strategy, 'beginDeletion' | 'deletionOptions'>>;
