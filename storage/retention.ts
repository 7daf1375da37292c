export interface RetentionOptions {
  /** Exact reads reach back at least so far ... */
  windowMs: number;
  /** ... and at least over so many revisions. */
  revisionsMin: number;
  /** How often to look. */
  everyMs: number;
}

/**
 * Says up to which revision the log may be compacted. It remembers which revision was current when:
 *
 *     windowMs 300, revisionsMin 10; at 0 the revision was 100, at 100 it was 150, at 200: 160
 *     tick(300, 200) → 100      what was current 300 ms ago
 *     tick(400, 155) → 145      that would be 150, but 10 revisions are kept
 */
export class Retention {
  readonly #options: RetentionOptions;
  #marks: { time: number; revision: number }[] = [];

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** 0 while nothing may be compacted. After a restart the window begins anew. */
  tick(time: number, revision: number): number {
    const { windowMs, revisionsMin } = this.#options;
    this.#marks.push({ time, revision });
    const old = this.#marks.findLastIndex((mark) => mark.time <= time - windowMs);
    if (old === -1) return 0;
    this.#marks = this.#marks.slice(old);
    return Math.max(0, Math.min(this.#marks[0]!.revision, revision - revisionsMin));
  }
}
