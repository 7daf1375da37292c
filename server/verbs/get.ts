import { badRequest, notFound } from '../../schemas/status.js';
import type { Answer, Request } from '../api.js';
import { keyOf, type Resource } from '../resource.js';
import { parseRevision, reachRevision } from '../revision.js';

/** R4.70–R4.72: the newest committed state, which is never older than what was asked for. */
export async function get(resource: Resource, request: Request): Promise<Answer> {
  const { info, api, query } = request;
  if (query.boolean('export')) throw badRequest('the export parameter, deprecated since v1.14, is no longer supported');
  await reachAsked(request);
  const entry = api.store.get(keyOf(resource, info.cluster, info.namespace, info.name));
  if (!entry) throw notFound(resource.gr, info.name);
  return { type: 'entry', code: 200, resource, entry };
}

/** Waits for the revision that the query names; an error where it names none. */
export async function reachAsked({ api, query }: Request): Promise<void> {
  const asked = query.get('resourceVersion');
  if (asked !== '' && asked !== '0') await reachRevision(api.store, parseRevision(asked, 'get'), asked);
}
