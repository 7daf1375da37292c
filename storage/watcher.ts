import { type Commit, select, type WatchEvent } from './commit.js';
import type { Match } from './entry.js';
import type { History } from './history.js';

/**
 * `slow`: it stayed paused until the history had moved past it (R7.10). `closed`: the store, or its collection, is no
 * more. `failed`: its onEvents threw.
 */
export type CloseReason = 'slow' | 'closed' | 'failed';

export interface WatchOptions {
  /** A prefix made by `resourcePrefix` or `collectionPrefix`, or one whole key. */
  prefix: string;
  /** Events with a greater revision are delivered; undefined: from now on. It may be in the future (R7.14). */
  after?: number | undefined;
  match?: Match | undefined;
  /**
   * Gets at least one event, in revision order. Not awaited: who cannot take more calls `pause()`. The array is
   * shared: do not change it.
   */
  onEvents(events: readonly WatchEvent[]): void;
  /** Called once when the store ends the watch, not after `stop()`. `error` is what onEvents threw. */
  onClose(reason: CloseReason, error?: unknown): void;
}

/** What a watcher needs of its Cacher. */
export interface WatchSource {
  readonly history: History;
  /** Committed and in `history`. */
  readonly revision: number;
  /** Everything up to here has been handed to every watcher that is not paused. */
  readonly served: number;
  remove(watcher: Watcher): void;
}

/** How many commits are looked through between two looks at `paused` while catching up. */
const catchUpCommitsMax = 256;

/**
 * One watch. It is born paused: nothing is delivered before `resume()`, so that its owner can send initial events
 * first. A paused watcher buffers nothing: it remembers how far it got and, on `resume()`, reads the rest from the
 * Cacher's history. That history bounds what a slow consumer can cost; when it has moved past a paused watcher, the
 * watcher is closed as slow.
 *
 *     history: 6 9 12 20    position 6, paused      the next events are 9, 12, 20 whenever it resumes
 *     history: 12 20 21     position 6, paused      9 is gone: closed
 */
export class Watcher {
  readonly #source: WatchSource;
  readonly #options: WatchOptions;
  #position: number;
  #paused = true;
  #closed = false;
  #catchingUp = false;

  /** Made by `Cacher.watch`. `position` is the revision after which events are delivered. */
  constructor(source: WatchSource, options: WatchOptions, position: number) {
    this.#source = source;
    this.#options = options;
    this.#position = position;
  }

  get prefix(): string {
    return this.#options.prefix;
  }

  get match(): Match | undefined {
    return this.#options.match;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Every matching event up to this revision has been given to onEvents: what a bookmark may say (R7.9). */
  get revision(): number {
    return Math.min(this.#reached(), this.#source.revision);
  }

  /** No events from now on (what onEvents has been given, it has to take). */
  pause(): void {
    if (this.#paused) return;
    this.#position = this.#reached();
    this.#paused = true;
  }

  /** Delivers what was missed, before it returns, and then every event as it comes. */
  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    if (!this.#catchingUp) this.#catchUp();
  }

  /** Ends the watch from the consumer's side. */
  stop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.remove(this);
  }

  /** For the Cacher: ends the watch from the store's side. */
  close(reason: CloseReason, error?: unknown): void {
    if (this.#closed) return;
    this.stop();
    this.#options.onClose(reason, error);
  }

  /** For the Cacher: new events of this watch, of commits up to `revision`. */
  deliver(events: readonly WatchEvent[], revision: number): void {
    if (this.#closed) return;
    if (this.#paused) this.#closeIfLeftBehind();
    else if (revision > this.#position) {
      // a watch that starts in the future, or was opened or resumed while these events went round, has no use for the first of them
      const fresh = (events[0]?.revision ?? revision) > this.#position ? events : events.filter((e) => e.revision > this.#position);
      this.#position = revision;
      if (fresh.length > 0) this.#hand(fresh);
    }
  }

  /** Greater than the committed revision while the watch starts in the future. */
  #reached(): number {
    return this.#paused || this.#catchingUp ? this.#position : Math.max(this.#position, this.#source.served);
  }

  #closeIfLeftBehind(): void {
    if (this.#position < this.#source.history.since) this.close('slow');
  }

  #catchUp(): void {
    this.#catchingUp = true;
    while (!this.#paused && !this.#closed && this.#position < this.#source.revision) {
      this.#closeIfLeftBehind();
      if (this.#closed) break;
      const commits = this.#source.history.after(this.#position, catchUpCommitsMax);
      this.#position = commits.length < catchUpCommitsMax ? this.#source.revision : commits.at(-1)!.revision;
      const events = this.#select(commits);
      if (events.length > 0) this.#hand(events);
    }
    this.#catchingUp = false;
  }

  #select(commits: readonly Commit[]): WatchEvent[] {
    const { prefix, match } = this.#options;
    const mine = commits.filter(({ entry }) => entry.key.startsWith(prefix));
    return match === undefined ? mine : selected(mine, match);
  }

  #hand(events: readonly WatchEvent[]): void {
    try {
      this.#options.onEvents(events);
    } catch (error) {
      this.close('failed', error);
    }
  }
}

/** The commits as seen through a selection. */
export function selected(commits: readonly Commit[], match: Match): WatchEvent[] {
  const events: WatchEvent[] = [];
  for (const commit of commits) {
    const event = select(commit, match);
    if (event !== undefined) events.push(event);
  }
  return events;
}
