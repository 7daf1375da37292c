/** Objects in several apiVersions: every entry of managedFields is compared in its own (A11). */
import type { JsonObject } from '../json-value.js';
import { rawError, StatusError } from '../status.js';
import type { FieldSet } from './field-set.js';
import type { MergeType } from './merge-type.js';
import { typedError } from './validate.js';

export interface Versioned {
  object: JsonObject;
  type: MergeType;
  apiVersion: string;
}

/**
 * Thrown by a conversion that must be awaited, as one by webhook. It passes through `apply` and `trackUpdate`, which are pure: await
 * `result`, then call again with a conversion that knows the answer.
 */
export class PendingConversion extends Error {
  constructor(readonly result: Promise<unknown>) {
    super('the conversion has to be awaited');
  }
}

/**
 * An object in another apiVersion, with the type of that version. Undefined where built-ins have no such version (any more);
 * custom resources throw an Error instead (A11.2). The argument must not be changed.
 */
export type Conversion = (object: JsonObject, apiVersion: string) => { object: JsonObject; type: MergeType } | undefined;

export interface Versions {
  /**
   * The object in that version, converted once; undefined where the version is gone. Throws what conversion throws, or the typed
   * error of its result (A11.2), after the words of `failure`.
   */
  at(object: Versioned, apiVersion: string, failure?: string): Versioned | undefined;
  /** What the endpoint resets in that version, so that nobody owns or loses it by this request (A10.2). */
  resetFields(apiVersion: string): FieldSet | undefined;
}

export function versions(convert: Conversion | undefined, resetFields: ReadonlyMap<string, FieldSet> | undefined): Versions {
  const converted = new WeakMap<JsonObject, Map<string, Versioned | undefined>>();
  const convertOnce = (versioned: Versioned, apiVersion: string): Versioned | undefined => {
    let known = converted.get(versioned.object);
    if (!known) {
      known = new Map();
      converted.set(versioned.object, known);
    }
    if (!known.has(apiVersion)) known.set(apiVersion, convertTo(versioned, apiVersion, convert));
    return known.get(apiVersion);
  };
  return {
    at(versioned, apiVersion, failure = '') {
      if (versioned.apiVersion === apiVersion) return versioned;
      try {
        return convertOnce(versioned, apiVersion);
      } catch (error) {
        if (error instanceof PendingConversion || (failure === '' && error instanceof StatusError)) throw error;
        throw rawError(failure + (error as Error).message);
      }
    },
    resetFields: (apiVersion) => resetFields?.get(apiVersion),
  };
}

function convertTo(versioned: Versioned, apiVersion: string, convert: Conversion | undefined): Versioned | undefined {
  const result = convert?.(versioned.object, apiVersion);
  if (!result) return undefined;
  const error = typedError(result.object, result.type, false);
  if (error !== undefined) throw rawError(error);
  return { ...result, apiVersion };
}
