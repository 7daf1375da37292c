/** All objects of a kind in one place deleted, a page at a time: answers stay small, and others get their turn. */
import { StatusError } from '../../schemas/status.js';
import type { Client, DeleteOptions } from '../client.js';
import type { KindReference } from '../object.js';

const PAGE = 250;

/** Begins anew where going on has become impossible (410). @throws StatusError */
export async function deleteAll(client: Client, kind: KindReference, options: { namespace?: string } & DeleteOptions): Promise<void> {
  for (let token = '', isDone = false; !isDone; ) {
    try {
      const page = await client.deleteCollection(kind, { ...options, limit: PAGE, ...(token && { continue: token }) });
      token = (page['metadata'] as { continue?: string } | undefined)?.continue ?? '';
      isDone = token === '';
    } catch (error) {
      if (token === '' || !(error instanceof StatusError && error.code === 410)) throw error;
      token = '';
    }
  }
}
