/** One timer for the bookmarks and deadlines of all watches: thousands of streams would otherwise hold three timers each. */

/** Something that falls due, again and again. */
export interface Due {
  /** When, in ms of `performance.now()`. */
  due: number;
  /** It is time; moves `due` on, or removes itself. */
  run(now: number): void;
}

/** How late anything may be. */
const SWEEP_MS = 200;

const waiting = new Set<Due>();
let timer: NodeJS.Timeout | undefined;
/** Nothing is due before this. */
let soonest = Number.POSITIVE_INFINITY;

/** From now on `item.run` is called when it is due; also to be called after `due` was moved forward. */
export function remember(item: Due): void {
  waiting.add(item);
  soonest = Math.min(soonest, item.due);
  timer ??= setInterval(sweep, SWEEP_MS).unref();
}

export function forget(item: Due): void {
  waiting.delete(item);
  if (waiting.size > 0) return;
  clearInterval(timer);
  timer = undefined;
  soonest = Number.POSITIVE_INFINITY;
}

function sweep(): void {
  const now = performance.now();
  if (now < soonest) return;
  for (const item of [...waiting]) if (item.due <= now) item.run(now);
  soonest = Number.POSITIVE_INFINITY;
  for (const { due } of waiting) soonest = Math.min(soonest, due);
}
