import { StatusError } from '../../schemas/status.js';
import { parseKey } from '../../storage/keys.js';
import type { Answer, Request } from '../api.js';
import { listOptions } from '../request-options.js';
import type { Resource } from '../resource.js';
import { selection } from '../selection.js';
import { deleteOptions, removeObject } from './delete.js';
import { list } from './list.js';

/** DELETE of a collection (R4.65–R4.67): answers the list as it was; a page only, if there is a limit. */
export async function removeCollection(resource: Resource, request: Request): Promise<Answer> {
  selection(resource, request, listOptions(request.query, false));
  const options = deleteOptions(request);
  const answer = await list(resource, request);
  if (answer.type !== 'list') return answer;
  for (const { key } of answer.entries) {
    const { namespace, name } = parseKey(key);
    try {
      await removeObject(resource, request, { namespace, name, requestName: '' }, options);
    } catch (error) {
      if (!(error instanceof StatusError && error.code === 404)) throw error;
    }
  }
  return answer;
}
