import { setMaxListeners } from 'node:events';

/**
 * Aborts `child` when one of `parents` aborts; returns what ends that. What AbortSignal.any does, for the many that live long: its signals
 * weigh a kilobyte more each, and are only let go by the garbage collector.
 */
export function abortWith(child: AbortController, ...parents: readonly (AbortSignal | undefined)[]): () => void {
  const abort = (): void => child.abort();
  for (const parent of parents) {
    if (!parent) continue;
    if (parent.aborted) abort();
    setMaxListeners(0, parent);
    parent.addEventListener('abort', abort, { once: true });
  }
  return () => {
    for (const parent of parents) parent?.removeEventListener('abort', abort);
  };
}
