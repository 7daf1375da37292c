/** Events go an hour after they were last written (D5.2). */
import { StatusError } from '../../schemas/status.js';
import { sleep } from '../clock.js';
import type { KubeObject, ObjectKey } from '../object.js';
import { keyOf } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context } from '../reconciler.js';
import { reflect } from '../reflector.js';

export interface EventTtlOptions {
  ttlMs?: number;
  /** How often it is looked for what has expired. */
  everyMs?: number;
}

const kind = { apiVersion: 'v1', kind: 'Event' };
const name = 'event-ttl-controller';

export function eventTtlPlugin(options: EventTtlOptions = {}): Plugin {
  return definePlugin({ name, controllers: [{ name, run: (context) => expireEvents(context, options) }] });
}

async function expireEvents(context: Context, { ttlMs = 3_600_000, everyMs = 30_000 }: EventTtlOptions): Promise<void> {
  const { client, log, clock, signal } = context;
  // In the order of their last write, so that what has expired stands at the front.
  const written = new Map<string, { key: ObjectKey; uid: string; resourceVersion: string; atMs: number }>();
  const observe = (event: KubeObject) => {
    const { uid = '', resourceVersion = '' } = event.metadata;
    written.delete(uid);
    written.set(uid, { key: keyOf(event), uid, resourceVersion, atMs: lastWriteMs(event, clock.now()) });
  };
  const reflecting = reflect<KubeObject>(
    { client, kind, log, clock, signal, metadataOnly: true },
    {
      replace(items) {
        written.clear();
        for (const item of items.sort((a, b) => lastWriteMs(a, 0) - lastWriteMs(b, 0))) observe(item);
      },
      change(type, event) {
        if (type === 'DELETED') written.delete(event.metadata.uid ?? '');
        else observe(event);
      },
    },
  );
  while (!signal.aborted) {
    await sleep(clock, everyMs, signal);
    for (const { key, uid, resourceVersion, atMs } of written.values()) {
      if (signal.aborted || atMs > clock.now() - ttlMs) break;
      written.delete(uid);
      try {
        await client.delete(kind, key, { preconditions: { uid, resourceVersion } });
      } catch (error) {
        // Gone already, or written anew: then its own event puts it back in the order.
        if (!(error instanceof StatusError && [404, 409].includes(error.code))) throw error;
      }
    }
  }
  await reflecting;
}

function lastWriteMs({ metadata }: KubeObject, otherwise: number): number {
  const times = [metadata.creationTimestamp, ...(metadata.managedFields ?? []).map(({ time }) => time)];
  const newest = Math.max(...times.map((time) => (time ? Date.parse(time) : 0)));
  return newest > 0 ? newest : otherwise;
}
