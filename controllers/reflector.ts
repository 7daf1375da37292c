/** LIST then WATCH, for ever: the one loop that keeps a picture of the server's objects up to date. */
import { StatusError } from '../schemas/status.js';
import type { Client, SelectOptions } from './client.js';
import { type Clock, sleep, systemClock } from './clock.js';
import type { Logger } from './logger.js';
import { type KindReference, type KubeObject, kindName } from './object.js';

export interface ReflectOptions<T> extends SelectOptions {
  client: Client;
  kind: KindReference;
  signal: AbortSignal;
  log: Logger;
  clock?: Clock;
  metadataOnly?: boolean;
  /** What of each object the sink is given; the rest is let go page by page. */
  transform?(object: T): T;
}

export interface Sink<T> {
  /** The whole state at one version; whatever is not in it is gone. */
  replace(items: T[]): void;
  /** One change after it, in the server's order. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
}

const backoffMaxMs = 30_000;

/**
 * Resolves when `signal` aborts; never rejects. A list that expires between two pages is begun again; a watch whose version has
 * become too old (410) is followed by a new list, so gaps close themselves.
 */
export async function reflect<T extends KubeObject>(options: ReflectOptions<T>, sink: Sink<T>): Promise<void> {
  const { client, kind, signal, log, clock = systemClock, transform = (object: T) => object } = options;
  const { namespace, labelSelector, fieldSelector, metadataOnly } = options;
  const selection = {
    signal,
    ...(namespace && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
    ...(metadataOnly && { metadataOnly }),
  };
  for (let failures = 0; !signal.aborted; ) {
    try {
      const resourceVersion = await listAll<T>(client, kind, selection, transform, sink);
      if (signal.aborted) return;
      failures = 0;
      for await (const { type, object } of client.watch<T>(kind, { ...selection, resourceVersion })) {
        if (signal.aborted) return;
        if (type !== 'BOOKMARK') sink.change(type, transform(object));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof StatusError && error.code === 410 && failures === 0) continue;
      const waitMs = Math.min(backoffMaxMs, 250 * 2 ** failures) * (0.75 + Math.random() / 2);
      failures++;
      // A kind that has gone is for whoever watches it to notice; it may come again.
      const isGone = error instanceof StatusError && error.code === 404;
      log[isGone ? 'debug' : 'warn']({ kind: kindName(kind), waitMs: Math.round(waitMs), err: error }, 'list and watch failed');
      await sleep(clock, waitMs, signal);
    }
  }
}

/** A function of its own: the list would otherwise live as long as the watch that follows it. Returns the version of the list. */
async function listAll<T extends KubeObject>(
  client: Client,
  kind: KindReference,
  selection: Omit<SelectOptions, 'signal'> & { signal: AbortSignal; metadataOnly?: boolean },
  transform: (object: T) => T,
  sink: Sink<T>,
): Promise<string> {
  const items: T[] = [];
  let resourceVersion = '';
  for await (const page of client.pages<T>(kind, selection)) {
    for (const item of page.items) items.push(transform(item));
    resourceVersion = page.metadata.resourceVersion;
  }
  if (!selection.signal.aborted) sink.replace(items);
  return resourceVersion;
}
