/** Events about objects, as `kubectl describe` shows them. The same event again raises the count of the first. */
import { LRUCache } from 'lru-cache';
import type { Client } from './client.js';
import { type Clock, systemClock, timestamp } from './clock.js';
import type { Logger } from './logger.js';
import type { KindReference, KubeObject } from './object.js';
import { StatusError } from '../schemas/status.js';

/** What an event is about; any object will do. */
export interface EventSubject extends KindReference {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string };
}

export interface EventText {
  type: 'Normal' | 'Warning';
  /** One word, such as `Created`. */
  reason: string;
  message: string;
}

export interface EventRecorder {
  /** Returns at once; an event that cannot be written is logged and lost. */
  record(about: EventSubject, text: EventText): void;
  /** Resolves when everything recorded so far is written. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  client: Client;
  /** Who says it: `source.component`. */
  component: string;
  log: Logger;
  clock?: Clock;
}

interface EventObject extends KubeObject {
  count: number;
}

const eventKind = { apiVersion: 'v1', kind: 'Event' };
/** A same event after this long is a new one. */
const sameForMs = 10 * 60_000;
/** Events that wait to be written; what comes on top is lost. */
const pendingMax = 1000;

export function createEventRecorder({ client, component, log, clock = systemClock }: EventRecorderOptions): EventRecorder {
  // Such a cache takes all its room at once, and most plugins never record anything
  let written: LRUCache<string, { event: EventObject; atMs: number }> | undefined;
  let last: Promise<void> = Promise.resolve();
  let pending = 0;
  let serial = 0;

  const write = async (about: EventSubject, { type, reason, message }: EventText, atMs: number): Promise<void> => {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    const where = { name: '', namespace: namespace ?? 'default' };
    const key = JSON.stringify([about.apiVersion, about.kind, where.namespace, name, uid, type, reason, message]);
    written ??= new LRUCache({ max: 4096 });
    const known = written.get(key);
    const lastTimestamp = timestamp(atMs);
    if (known && atMs - known.atMs < sameForMs) {
      const count = known.event.count + 1;
      try {
        const { metadata } = known.event;
        const event = await client.patch<EventObject>(
          eventKind,
          { name: metadata.name, namespace: where.namespace },
          { type: 'merge', patch: { count, lastTimestamp } },
        );
        written.set(key, { event, atMs });
        return;
      } catch (error) {
        if (!(error instanceof StatusError && error.code === 404)) throw error;
      }
    }
    const body = {
      ...eventKind,
      metadata: { ...where, name: `${name}.${(BigInt(atMs) * 1_000_000n + BigInt(serial++ % 1_000_000)).toString(16)}` },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(namespace && { namespace }),
        ...(uid && { uid }),
        ...(resourceVersion && { resourceVersion }),
      },
      type,
      reason,
      message,
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
      firstTimestamp: lastTimestamp,
      lastTimestamp,
      count: 1,
    };
    const event = await client.create<EventObject>(body);
    written.set(key, { event, atMs });
  };

  return {
    record(about, text) {
      if (pending >= pendingMax) {
        log.warn({ reason: text.reason, about: about.metadata.name }, 'event lost: too many wait to be written');
        return;
      }
      pending++;
      const atMs = clock.now();
      last = last
        .then(() => write(about, text, atMs))
        .catch((error) => log.warn({ reason: text.reason, about: about.metadata.name, err: error }, 'event lost'))
        .finally(() => void pending--);
    },
    flush: () => last,
  };
}
