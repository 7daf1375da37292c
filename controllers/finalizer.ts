/** Finalizers: what an object still waits for before it may go. */
import { StatusError } from '../schemas/status.js';
import type { Client } from './client.js';
import { type KubeObject, keyOf } from './object.js';
import { absentIfNotFound } from './transport-client.js';

export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

/** The object with the finalizer; no write when it is there. @throws StatusError */
export async function addFinalizer<T extends KubeObject>(client: Client, object: T, finalizer: string): Promise<T> {
  if (hasFinalizer(object, finalizer)) return object;
  return writeFinalizers(client, object, (finalizers) => (finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer]));
}

/**
 * Takes the finalizer off; with the last one a terminating object goes. Undefined when the object is already gone
 * or another one of the same name has taken its place. @throws StatusError
 */
export async function removeFinalizer<T extends KubeObject>(client: Client, object: T, finalizer: string): Promise<T | undefined> {
  if (!hasFinalizer(object, finalizer)) return object;
  return absentIfNotFound(writeFinalizers(client, object, (finalizers) => finalizers.filter((other) => other !== finalizer)));
}

/** Patches `metadata.finalizers` of exactly this object, reading it again after a conflict. */
async function writeFinalizers<T extends KubeObject>(client: Client, object: T, change: (finalizers: string[]) => string[]): Promise<T> {
  for (let current = object, attempt = 0; ; attempt++) {
    const finalizers = change(current.metadata.finalizers ?? []);
    if (current.metadata.finalizers && finalizers.length === current.metadata.finalizers.length) return current;
    const { uid, resourceVersion } = current.metadata;
    const metadata = {
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      finalizers: finalizers.length > 0 ? finalizers : null,
    };
    try {
      return await client.patch<T>(object, keyOf(object), { type: 'merge', patch: { metadata } });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'Conflict' || attempt === 5) throw error;
      current = await client.get<T>(object, keyOf(object));
      if (uid !== undefined && current.metadata.uid !== uid) throw error;
    }
  }
}
