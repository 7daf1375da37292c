/** Time that passes when told to. */
import type { Clock } from '../../controllers/clock.js';

export interface ManualClock extends Clock {
  /** Runs what is due on the way, in order. */
  advance(ms: number): void;
}

export function createManualClock(start = 0): ManualClock {
  let now = start;
  const timers = new Set<{ at: number; call: () => void }>();
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        now = due.at;
        due.call();
      }
      now = end;
    },
  };
}
