/** `Impersonate-*` headers (objects.md E4): who the request is taken to come from, if its sender may do that. */
import { LRUCache } from 'lru-cache';
import { goQuote } from '../../schemas/field-errors.js';
import { badRequest, type StatusError } from '../../schemas/status.js';
import type { RequestInfo } from '../request-info.js';
import type { Authorizer } from './authorizer.js';
import { asker, type Mode, MODES, type Wanted } from './impersonation-modes.js';
import { ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, type UserInfo } from './user-info.js';

const EXTRA = 'impersonate-extra-';
const REMEMBERED = 10_000;

export interface Impersonated {
  user: UserInfo;
  /** The verb that allowed it, where it is one of constrained impersonation. */
  constraint: string | undefined;
}

/** undefined: nobody is impersonated. `headers` as they came in, names and values in turn. Throws the 400 and 403 of E4. */
export type Impersonator = (requester: UserInfo, info: RequestInfo, headers: readonly string[]) => Promise<Impersonated | undefined>;

export function impersonator(authorizer: Authorizer): Impersonator {
  /** The mode that last served a requester is tried first; where none does, its refusal is the one that is told. */
  const lastModes = new LRUCache<string, Mode>({ max: REMEMBERED });
  return async (requester, info, headers) => {
    const wanted = wantedUser(headers);
    if (!wanted) return undefined;
    const key = `${info.cluster}/${requester.name}`;
    const last = lastModes.get(key);
    const ask = asker(authorizer, info.cluster, requester);
    let first: StatusError | undefined;
    for (const mode of last ? [last, ...MODES.filter((other) => other !== last)] : MODES) {
      if (!mode.fits(wanted, requester)) continue;
      const refusal = await mode.refusal(ask, wanted, info);
      if (!refusal) {
        lastModes.set(key, mode);
        return { user: resulting(wanted, mode), constraint: mode.isConstrained ? mode.verb : undefined };
      }
      first ??= refusal;
    }
    throw first!;
  };
}

/** Throws the 400 of somebody without a name. */
function wantedUser(headers: readonly string[]): Wanted | undefined {
  let name: string | undefined;
  let uid: string | undefined;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const header = headers[i]!.toLowerCase();
    if (!header.startsWith('impersonate-')) continue;
    const value = headers[i + 1]!;
    if (header === 'impersonate-user') name ??= value;
    else if (header === 'impersonate-uid') uid ??= value;
    else if (header === 'impersonate-group') groups.push(value);
    else if (header.startsWith(EXTRA)) {
      const key = extraKey(header.slice(EXTRA.length));
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  const wanted = { name: name ?? '', uid: uid ?? '', groups, extra };
  if (wanted.name !== '') return wanted;
  if (wanted.uid === '' && groups.length === 0 && extra.size === 0) return undefined;
  throw badRequest(`requested ${dump(wanted)} without impersonating a user name`);
}

/** Percent-decoded where it can be, lower-cased. */
export function extraKey(text: string): string {
  try {
    return decodeURIComponent(text).toLowerCase();
  } catch {
    return text.toLowerCase();
  }
}

function dump({ name, uid, groups, extra }: Wanted): string {
  const list = (values: readonly string[]): string => `{${values.map(goQuote).join(', ')}}`;
  const groupsText = groups.length ? `[]string${list(groups)}` : '[]string(nil)';
  const entries = [...extra].map(([key, values]) => `${goQuote(key)}:[]string${list(values)}`);
  const extraText = entries.length ? `map[string][]string{${entries.join(', ')}}` : 'map[string][]string(nil)';
  return `&user.DefaultInfo{Name:${goQuote(name)}, UID:${goQuote(uid)}, Groups:${groupsText}, Extra:${extraText}}`;
}

/** E4.3 */
function resulting(wanted: Wanted, mode: Mode): UserInfo {
  const { name, uid, extra } = wanted;
  const own = mode.groupsOf(wanted);
  const isAnonymous = name === ANONYMOUS.name;
  const implied = isAnonymous ? UNAUTHENTICATED : AUTHENTICATED;
  const isSaid = own.includes(UNAUTHENTICATED) || (!isAnonymous && own.includes(AUTHENTICATED));
  return {
    name,
    ...(uid !== '' && { uid }),
    groups: isSaid ? own : [...own, implied],
    ...(extra.size > 0 && { extra: Object.fromEntries(extra) }),
  };
}
