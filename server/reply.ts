/** What goes out. `body` is written chunk by chunk, never joined. */
export interface Reply {
  code: number;
  headers: Record<string, string>;
  body: Iterable<Buffer>;
  /** Of all of the body, where it is known of one that is made as it is sent. */
  length?: number;
}
