/** What a kind's schema says, as types: a kind is written once. */
import type { JsonValue } from '../schemas/json-value.js';
import type { KindReference, KubeObject } from './object.js';

declare const objectType: unique symbol;

/** Says the type of the objects, and is never there. */
export interface Typed<T> {
  readonly [objectType]?: T;
}

/** A kind whose objects are known to be `T`, so that nobody has to say it again: `client.get(greetings, key)`. */
export interface Kind<T extends KubeObject> extends KindReference, Typed<T> {}

type Members<P, Required> = { [K in keyof P as K extends Required ? K : never]: ValueOf<P[K]> } & {
  [K in keyof P as K extends Required ? never : K]?: ValueOf<P[K]>;
};
type RequiredOf<S> = S extends { required: readonly (infer R)[] } ? R : never;

/** The type of the values that a structural schema describes; anything where it does not say. */
export type ValueOf<S> = S extends { enum: readonly (infer E)[] }
  ? E
  : S extends { type: 'string' }
    ? string
    : S extends { type: 'integer' | 'number' }
      ? number
      : S extends { type: 'boolean' }
        ? boolean
        : S extends { type: 'array'; items: infer I }
          ? ValueOf<I>[]
          : S extends { properties: infer P }
            ? Members<P, RequiredOf<S>>
            : S extends { additionalProperties: infer A extends object }
              ? Record<string, ValueOf<A>>
              : S extends { type: 'object' }
                ? Record<string, JsonValue>
                : JsonValue;

/** The objects of a kind that is defined by `D`. */
export type ObjectOf<D> = KubeObject &
  (D extends { spec: infer S } ? { spec: ValueOf<S> } : unknown) &
  (D extends { status: infer S } ? { status?: ValueOf<S> } : unknown);
