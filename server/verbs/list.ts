import { badRequest, expired } from '../../schemas/status.js';
import { Compacted } from '../../storage/errors.js';
import type { Answer, Request } from '../api.js';
import { decodeContinue, encodeContinue } from '../continue-token.js';
import { listOptions } from '../request-options.js';
import { prefixOf, type Resource } from '../resource.js';
import { parseRevision, reachRevision } from '../revision.js';
import { selection } from '../selection.js';

const TOO_OLD = 'The resourceVersion for the provided list is too old.';
const CONTINUE_TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** rest.md §6: one consistent state, whole or in pages. `isDivided`: read as if in pages, where no limit says so. */
export async function list(resource: Resource, request: Request, isDivided = false): Promise<Answer> {
  const { info, api, query } = request;
  const options = listOptions(query, false);
  const selected = selection(resource, request, options);
  const prefix = prefixOf(resource, info.cluster, info.namespace);
  const from = await startOf(request, prefix, options);
  const ask = {
    prefix,
    after: from.after,
    // R6.6: from any state, and whole
    limit: options.resourceVersion === '0' && options.continue === '' ? 0 : options.limit,
    match: selected.match,
  };
  try {
    const page = from.revision === undefined ? resource.cacher.list(ask) : await resource.cacher.listAt(from.revision, ask);
    const last = page.entries.at(-1)?.key ?? from.after;
    return {
      type: 'list',
      resource,
      entries: page.entries,
      revision: page.revision,
      continue: page.more && !selected.isSingle && last !== undefined ? encodeContinue(prefix, last, page.revision) : undefined,
      remaining: page.more && !selected.isNarrowed ? page.remaining : undefined,
    };
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (options.continue === '') throw expired(TOO_OLD);
    const status = expired(CONTINUE_TOO_OLD);
    status.status.metadata.continue = encodeContinue(prefix, from.after!, -1);
    throw status;
  }

  /** Where and when the list reads (the table of R6.6). */
  async function startOf(
    { api: { store } }: Request,
    collection: string,
    o: typeof options,
  ): Promise<{ after?: string; revision?: number }> {
    if (o.continue !== '') {
      const token = decodeContinue(collection, o.continue);
      if (o.resourceVersion !== '' && o.resourceVersion !== '0')
        throw badRequest('specifying resource version is not allowed when using continue');
      return { after: token.after, ...(token.revision > 0 && { revision: token.revision }) };
    }
    if (o.resourceVersion === '' || o.resourceVersion === '0') return {};
    const revision = parseRevision(o.resourceVersion, 'list');
    if (revision === 0) return {};
    await reachRevision(api.store, revision, o.resourceVersion);
    const isExact = o.resourceVersionMatch === 'Exact' || (o.resourceVersionMatch === '' && (o.limit > 0 || isDivided));
    return isExact && revision <= store.revision ? { revision } : {};
  }
}
