/** One open watch: initial events, live events, bookmarks, deadline (rest.md §7). */
import type { Watcher } from '../storage/watcher.js';
import type { WatchEvent } from '../storage/commit.js';
import type { Request, WatchSink } from './api.js';
import type { ListOptions } from './request-options.js';
import type { Resource } from './resource.js';
import type { Selection } from './selection.js';
import type { FrameEncoder } from './watch-frames.js';

const BOOKMARK_INTERVAL_MS = 60_000;
/** R7.23: the first plain bookmark after the end of the initial events. */
const FIRST_BOOKMARK_MS = 1_000;
const BEFORE_DEADLINE_MS = 2_000;
const MIN_TIMEOUT_MS = 1_800_000;

export interface Start {
  /** Deliver what exists first. */
  initial: boolean;
  /** Deliver events after this revision; undefined: from now on. */
  after: number | undefined;
  /** The state must be at least this new (R7.21). */
  atLeast: number | undefined;
}

export class WatchStream {
  readonly #resource: Resource;
  readonly #request: Request;
  readonly #options: ListOptions;
  readonly #encoder: FrameEncoder;
  readonly #sink: WatchSink;
  #watcher: Watcher | undefined;
  #ended = false;
  #timers: NodeJS.Timeout[] = [];
  /** Frames in order: a frame that must be awaited (a conversion webhook) holds back those behind it. */
  #queue: Promise<void> | undefined;

  constructor(resource: Resource, request: Request, options: ListOptions, encoder: FrameEncoder, sink: WatchSink) {
    this.#resource = resource;
    this.#request = request;
    this.#options = options;
    this.#encoder = encoder;
    this.#sink = sink;
  }

  /** Starts delivering; throws Compacted when `start.after` is older than the history. */
  async open(prefix: string, start: Start, match: Selection['match']): Promise<void> {
    const end = (): void => this.#end();
    const { cacher } = this.#resource;
    const ask = { prefix, match, onEvents: (events: readonly WatchEvent[]) => this.#deliver(events), onClose: end };
    const { watcher, entries, revision } = start.initial
      ? cacher.listAndWatch(ask)
      : { watcher: cacher.watch({ ...ask, after: start.after }), entries: [], revision: 0 };
    this.#watcher = watcher;
    this.#sink.signal.addEventListener('abort', end, { once: true });
    this.#resource.retired.addEventListener('abort', end, { once: true });
    this.#scheduleEnd();
    if (this.#ended) return;
    for (const entry of entries) {
      const frame = await this.#encoder.initial(entry);
      if (this.#ended) return;
      if (!this.#sink.write(frame)) await new Promise<void>((resolve) => this.#sink.onDrain(resolve));
    }
    if (this.#ended) return;
    if (start.initial && this.#options.allowWatchBookmarks) {
      this.#sink.write(this.#encoder.bookmark(revision, true));
      this.#after(FIRST_BOOKMARK_MS, () => this.#bookmark());
    }
    if (this.#options.allowWatchBookmarks) this.#every(BOOKMARK_INTERVAL_MS, () => this.#bookmark());
    watcher.resume();
  }

  #deliver(events: readonly WatchEvent[]): void {
    const frames = events.map((event) => this.#encoder.event(event));
    if (!this.#queue && frames.every((frame) => Buffer.isBuffer(frame))) {
      this.#write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
      return;
    }
    const before = this.#queue ?? Promise.resolve();
    const mine: Promise<void> = before
      .then(async () => {
        for (const frame of frames) this.#write(await frame);
      })
      .catch(() => this.#end())
      .finally(() => {
        if (this.#queue === mine) this.#queue = undefined;
      });
    this.#queue = mine;
  }

  #write(bytes: Buffer): void {
    if (this.#ended || this.#sink.write(bytes)) return;
    this.#watcher?.pause();
    this.#sink.onDrain(() => this.#watcher?.resume());
  }

  /** R7.9: never before a pending event of that revision. */
  #bookmark(): void {
    const watcher = this.#watcher;
    if (this.#ended || !watcher || watcher.paused || this.#queue) return;
    this.#write(this.#encoder.bookmark(watcher.revision, false));
  }

  /** R7.30 */
  #scheduleEnd(): void {
    const asked = this.#options.timeoutSeconds ?? 0;
    const ms = asked !== 0 ? Math.max(asked * 1000, 0) : MIN_TIMEOUT_MS * (1 + this.#request.api.chance.random());
    if (ms === 0) {
      this.#end();
      return;
    }
    const bounded = Math.min(ms, 2 ** 31 - 1);
    this.#after(bounded, () => this.#end());
    if (this.#options.allowWatchBookmarks && bounded > 2 * BEFORE_DEADLINE_MS)
      this.#after(bounded - BEFORE_DEADLINE_MS, () => this.#bookmark());
  }

  #after(ms: number, action: () => void): void {
    this.#timers.push(setTimeout(action, ms).unref());
  }
  #every(ms: number, action: () => void): void {
    this.#timers.push(setInterval(action, ms).unref());
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#watcher?.stop();
    this.#sink.end();
  }
}
