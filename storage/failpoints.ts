/**
 * Places where a crash test makes the process die. Switched on by the environment, `KURMA_FAILPOINT=<name>` or
 * `<name>:<n>` for the n-th time the place is passed (per thread); otherwise a no-op.
 */
export const failpoints = [
  'before-append', // a batch is decided, the backend has not seen it
  'before-commit', // its rows are written, the transaction is not committed
  'after-commit', // durable, the main thread does not know
  'before-publish', // the main thread knows; no reader, no watcher, no writer does
  'before-reply', // watchers know, the writers do not
  'during-compaction', // between two steps of a compaction
  'before-compaction-commit', // within a step
] as const;

export type Failpoint = (typeof failpoints)[number];

const [armed, nth] = (process.env['KURMA_FAILPOINT'] ?? '').split(':');
let passed = 0;

export function failpoint(name: Failpoint): void {
  if (name !== armed) return;
  passed++;
  if (passed === Number(nth ?? 1)) process.kill(process.pid, 'SIGKILL');
}
