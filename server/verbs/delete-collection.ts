import { setImmediate as turn } from 'node:timers/promises';
import { StatusError } from '../../schemas/status.js';
import { parseKey } from '../../storage/keys.js';
import type { Answer, Request } from '../api.js';
import { type DeleteOptions, listOptions } from '../request-options.js';
import type { Resource } from '../resource.js';
import { selection } from '../selection.js';
import { deleteOptions, removeObject } from './delete.js';
import { list } from './list.js';

/** Decided on before others have a turn again; they become durable together. */
const AT_ONCE = 32;

/** DELETE of a collection (R4.65–R4.67): answers the list as it was; a page only, if there is a limit. */
export async function removeCollection(resource: Resource, request: Request): Promise<Answer> {
  selection(resource, request, listOptions(request.query, false));
  const options = deleteOptions(resource, request);
  const answer = await list(resource, request, true);
  if (answer.type !== 'list') return answer;
  const keys = answer.entries.map(({ key }) => key);
  for (let i = 0; i < keys.length; i += AT_ONCE) {
    await removeAll(resource, request, keys.slice(i, i + AT_ONCE), options);
    await turn();
  }
  return answer;
}

/** One after the other, each begun when the one before is decided on, and none after one that is refused; rejects with that refusal. */
async function removeAll(resource: Resource, request: Request, keys: readonly string[], options: DeleteOptions): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  let refusal: unknown;
  for (const key of keys) {
    if (refusal !== undefined) break;
    const { namespace, name } = parseKey(key);
    await new Promise<void>((decided) => {
      const note = (error: unknown): void => {
        if (error !== undefined && !isAbsent(error)) refusal ??= error;
        decided();
      };
      underWay.push(removeObject(resource, request, { namespace, name, requestName: '', onDecided: note }, options).catch(note));
    });
  }
  await Promise.all(underWay);
  if (refusal !== undefined) throw refusal;
}

const isAbsent = (error: unknown): boolean => error instanceof StatusError && error.code === 404;
