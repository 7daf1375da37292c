/**
 * What a writer hands over. `bytes` are the value as it is served; `labels` and `fields` are what selectors look at,
 * so that no reader parses bytes. After the hand-over all of it belongs to the store: do not change it.
 */
export interface Content {
  bytes: Buffer;
  labels: Record<string, string>;
  fields: Record<string, string>;
}

/** Makes the content of a write. Called exactly once, with the revision the write gets (it goes into the bytes). */
export type Encode = (revision: number) => Content;

/** A key's state as of one revision. Immutable. */
export interface Entry extends Readonly<Content> {
  readonly key: string;
  readonly revision: number;
}

export type Match = (entry: Entry) => boolean;

/**
 * Text as bytes in a Buffer of its own, of exactly that size. `Buffer.from(text)` takes small texts from an 8 KB
 * pool: such a Buffer keeps its whole pool alive for as long as the entry lives.
 */
export function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** The same bytes, copied only if they share their memory with others. */
export function unshared(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
