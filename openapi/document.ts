import { createHash } from 'node:crypto';
import type { JsonValue } from '../schemas/json-value.js';

/** What a client downloads. */
export interface Document {
  /** JSON */
  bytes: Buffer;
  /** Upper-case hex SHA-512 of the JSON: the ETag (without quotes), and the `hash` of OpenAPI 3 URLs. */
  hash: string;
}

export function documentOf(value: JsonValue): Document {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, hash: createHash('sha512').update(bytes).digest('hex').toUpperCase() };
}

/** The value of `make`, made when first asked for. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
