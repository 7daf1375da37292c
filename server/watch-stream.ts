/** One open watch: initial events, live events, bookmarks, deadline (rest.md §7). */
import { setMaxListeners } from 'node:events';
import { internalError } from '../schemas/status.js';
import type { Watcher } from '../storage/watcher.js';
import type { WatchEvent } from '../storage/commit.js';
import type { Entry } from '../storage/entry.js';
import type { Request, WatchSink } from './api.js';
import { convertAhead } from './codec.js';
import type { ListOptions } from './request-options.js';
import type { Resource } from './resource.js';
import type { Selection } from './selection.js';
import type { FrameEncoder } from './watch-frames.js';
import { type Due, forget, remember } from './watch-sweep.js';

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

/** How much of the initial events is written at once. */
const INITIAL_BYTES = 256 * 1024;
const NEVER = Number.POSITIVE_INFINITY;

export class WatchStream implements Due {
  due = NEVER;
  readonly #resource: Resource;
  readonly #request: Request;
  readonly #options: ListOptions;
  readonly #encoder: FrameEncoder;
  readonly #sink: WatchSink;
  #watcher: Watcher | undefined;
  #ended = false;
  #deadline = NEVER;
  #nextBookmark = NEVER;
  #lastBookmark = NEVER;
  readonly #onAbort = (): void => this.#end();
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
    const { cacher } = this.#resource;
    const ask = { prefix, match, onEvents: (events: readonly WatchEvent[]) => this.#deliver(events), onClose: this.#onAbort };
    const { watcher, entries, revision } = start.initial
      ? cacher.listAndWatch(ask)
      : { watcher: cacher.watch({ ...ask, after: start.after }), entries: [], revision: 0 };
    this.#watcher = watcher;
    this.#sink.signal.addEventListener('abort', this.#onAbort, { once: true });
    setMaxListeners(0, this.#resource.retired);
    this.#resource.retired.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#sink.signal.aborted || this.#resource.retired.aborted) this.#end();
    this.#scheduleEnd();
    if (this.#ended) return;
    this.#request.onEvents?.(entries.length);
    await convertAhead(this.#resource, entries);
    await this.#sendInitial(entries);
    if (this.#ended) return;
    if (this.#options.allowWatchBookmarks) {
      if (start.initial) this.#sink.write([this.#encoder.bookmark(revision, true)]);
      this.#nextBookmark = performance.now() + (start.initial ? FIRST_BOOKMARK_MS : BOOKMARK_INTERVAL_MS);
      this.#schedule();
    }
    watcher.resume();
  }

  async #sendInitial(entries: readonly Entry[]): Promise<void> {
    let frames: Buffer[] = [];
    let bytes = 0;
    for (let i = 0; i < entries.length; i++) {
      const made = this.#encoder.initial(entries[i]!);
      const frame = Buffer.isBuffer(made) ? made : await made;
      if (this.#ended) return;
      frames.push(frame);
      bytes += frame.length;
      if (bytes < INITIAL_BYTES && i < entries.length - 1) continue;
      if (!this.#sink.write(frames)) await new Promise<void>((resolve) => this.#sink.onDrain(resolve));
      if (this.#ended) return;
      frames = [];
      bytes = 0;
    }
  }

  #deliver(events: readonly WatchEvent[]): void {
    this.#request.onEvents?.(events.length);
    const frames = events.map((event) => this.#encoder.event(event));
    if (!this.#queue && frames.every((frame) => Buffer.isBuffer(frame))) {
      this.#write(frames);
      return;
    }
    // a conversion may fail before its turn to be awaited has come
    for (const frame of frames) if (!Buffer.isBuffer(frame)) frame.catch(() => {});
    const before = this.#queue ?? Promise.resolve();
    const mine: Promise<void> = before
      .then(async () => {
        for (const frame of frames) this.#write([await frame]);
      })
      .catch((error: Error) => {
        this.#write([this.#encoder.error(internalError(error.message).status)]);
        this.#end();
      })
      .finally(() => {
        if (this.#queue === mine) this.#queue = undefined;
      });
    this.#queue = mine;
  }

  #write(frames: readonly Buffer[]): void {
    if (this.#ended || this.#sink.write(frames)) return;
    this.#watcher?.pause();
    this.#sink.onDrain(() => this.#watcher?.resume());
  }

  /** R7.9: never before a pending event of that revision. */
  #bookmark(): void {
    const watcher = this.#watcher;
    if (this.#ended || !watcher || watcher.paused || this.#queue) return;
    this.#write([this.#encoder.bookmark(watcher.revision, false)]);
  }

  /** R7.30 */
  #scheduleEnd(): void {
    const asked = this.#options.timeoutSeconds ?? 0;
    const ms = asked !== 0 ? Math.max(asked * 1000, 0) : MIN_TIMEOUT_MS * (1 + this.#request.api.chance.random());
    if (ms === 0) {
      this.#end();
      return;
    }
    this.#deadline = performance.now() + ms;
    if (this.#options.allowWatchBookmarks && ms > 2 * BEFORE_DEADLINE_MS) this.#lastBookmark = this.#deadline - BEFORE_DEADLINE_MS;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#ended) return;
    this.due = Math.min(this.#deadline, this.#nextBookmark, this.#lastBookmark);
    remember(this);
  }

  /** For the sweep. */
  run(now: number): void {
    if (now >= this.#deadline) {
      this.#end();
      return;
    }
    if (now >= this.#lastBookmark) this.#lastBookmark = NEVER;
    if (now >= this.#nextBookmark) this.#nextBookmark = now + BOOKMARK_INTERVAL_MS;
    this.#bookmark();
    this.#schedule();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    forget(this);
    this.#sink.signal.removeEventListener('abort', this.#onAbort);
    this.#resource.retired.removeEventListener('abort', this.#onAbort);
    this.#watcher?.stop();
    this.#sink.end();
  }
}
