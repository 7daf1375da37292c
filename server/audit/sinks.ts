/** Where audit events go. Nothing here ever makes a request wait: what cannot be kept up with is dropped, and counted. */
import { appendFile, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Agent, request } from 'undici';
import type { JsonObject } from '../../schemas/json-value.js';

export interface AuditSink {
  write(event: JsonObject): void;
  /** Resolves when all that was taken is out, or cannot be for some seconds. */
  close(): Promise<void>;
}

export interface AuditLog {
  path: string;
  /** Size at which the file is put aside; default 100. */
  maxMegabytes?: number;
  /** How many that were put aside are kept; default 10. */
  maxBackups?: number;
}

export interface AuditWebhook {
  url: string;
  /** PEM of the authority of its certificate, if it is not a public one. */
  certificateAuthority?: string;
  token?: string;
}

const WAITING_MAX = 10_000;
const BATCH_MAX = 400;
const RETRIES = 5;
const RETRY_MS = 500;
const TIMEOUT_MS = 10_000;
/** How long a server that stops waits for what a slow sink has not taken yet. */
const CLOSE_MS = 5_000;

/** Takes events one by one and hands them on in batches, one batch at a time. */
function batched(send: (events: readonly JsonObject[]) => Promise<void>, onError: (error: unknown) => void, closeMs = CLOSE_MS): AuditSink {
  const waiting: JsonObject[] = [];
  let dropped = 0;
  let sending: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    while (waiting.length) {
      const batch = waiting.splice(0, BATCH_MAX);
      try {
        await send(batch);
      } catch (error) {
        onError(new Error(`${batch.length} audit events are lost: ${(error as Error).message}`));
      }
      if (dropped) onError(new Error(`${dropped} audit events are lost: there were too many`));
      dropped = 0;
    }
    sending = undefined;
  };
  return {
    write(event) {
      if (waiting.length >= WAITING_MAX) {
        dropped++;
        return;
      }
      waiting.push(event);
      sending ??= Promise.resolve().then(drain);
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          onError(new Error(`${waiting.length} audit events are lost: the server stops`));
          resolve();
        }, closeMs);
      });
      await Promise.race([sending, late]);
      clearTimeout(timer);
    },
  };
}

/** One JSON object a line. A full file is put aside as `<name>-<time>`, the oldest of those go. */
export function logSink({ path, maxMegabytes = 100, maxBackups = 10 }: AuditLog, onError: (error: unknown) => void): AuditSink {
  const bytesMax = maxMegabytes * 1024 * 1024;
  let size: number | undefined;
  let rotations = 0;
  return batched(async (events) => {
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    size ??= await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    const bytes = Buffer.byteLength(text);
    if (size > 0 && size + bytes > bytesMax) {
      await rename(path, `${path}-${new Date().toISOString().replaceAll(':', '-')}-${String(rotations++).padStart(4, '0')}`);
      await forgetOldest(path, maxBackups);
      size = 0;
    }
    await appendFile(path, text, { mode: 0o600 });
    size += bytes;
  }, onError);
}

async function forgetOldest(path: string, keep: number): Promise<void> {
  const folder = dirname(path);
  const aside = (await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}-`)).sort();
  for (const name of aside.slice(0, Math.max(0, aside.length - keep))) await unlink(join(folder, name));
}

/** Posts EventLists; a batch that cannot be delivered is tried again a few times. */
export function webhookSink(
  { url, certificateAuthority, token }: AuditWebhook,
  onError: (error: unknown) => void,
  closeMs = CLOSE_MS,
): AuditSink {
  const dispatcher = new Agent({ connect: { ...(certificateAuthority && { ca: certificateAuthority }) } });
  const post = async (events: readonly JsonObject[]): Promise<void> => {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: events }),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    await body.dump();
    if (statusCode >= 300) throw new Error(`${url} answers ${statusCode}`);
  };
  const sink = batched(
    async (events) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await post(events);
        } catch (error) {
          if (attempt === RETRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt).unref());
        }
      }
    },
    onError,
    closeMs,
  );
  return {
    write: sink.write,
    async close() {
      await sink.close();
      await dispatcher.destroy();
    },
  };
}
