/** `Impersonate-*` headers (objects.md E4): who the request is taken to come from, if its sender may do that. */
import { goQuote } from '../../schemas/field-errors.js';
import { badRequest, type StatusError } from '../../schemas/status.js';
import type { RequestInfo } from '../request-info.js';
import { type AuthorizationRequest, type Authorizer, denied } from './authorizer.js';
import { ANONYMOUS, AUTHENTICATED, serviceAccountGroups, SYSTEM_MASTERS, UNAUTHENTICATED, type UserInfo } from './user-info.js';

interface Wanted {
  name: string;
  uid: string;
  groups: string[];
  extra: Map<string, string[]>;
}

const AUTHENTICATION_GROUP = 'authentication.k8s.io';
const EXTRA = 'impersonate-extra-';
const NODE = 'system:node:';

/** undefined: nobody is impersonated. `headers` as they came in, names and values in turn. Throws the 400 and 403 of E4. */
export async function impersonate(
  authorizer: Authorizer,
  requester: UserInfo,
  info: RequestInfo,
  headers: readonly string[],
): Promise<UserInfo | undefined> {
  const wanted = wantedUser(headers);
  if (!wanted) return undefined;
  if (wanted.name === '') throw badRequest(`requested ${dump(wanted)} without impersonating a user name`);
  const ask: Ask = async (attributes) => {
    const request = { ...NOWHERE, cluster: info.cluster, user: requester, ...attributes };
    const decision = await authorizer.authorize(request);
    return decision.allowed ? undefined : denied(request, decision.reason);
  };
  const constrained = await firstConstrained(wanted, requester, info, ask);
  if (constrained !== 'granted') {
    const refusal = await firstRefusal(legacyChecks(wanted), ask);
    if (refusal) throw constrained ?? refusal;
  }
  return resulting(wanted);
}

function wantedUser(headers: readonly string[]): Wanted | undefined {
  const wanted: Wanted = { name: '', uid: '', groups: [], extra: new Map() };
  let isAny = false;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    const value = headers[i + 1]!;
    if (name === 'impersonate-user') wanted.name ||= value;
    else if (name === 'impersonate-uid') wanted.uid ||= value;
    else if (name === 'impersonate-group') wanted.groups.push(value);
    else if (name.startsWith(EXTRA)) {
      const key = extraKey(name.slice(EXTRA.length));
      wanted.extra.set(key, [...(wanted.extra.get(key) ?? []), value]);
    } else continue;
    isAny ||= value !== '' || name !== 'impersonate-user';
  }
  return isAny ? wanted : undefined;
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

type Check = Partial<AuthorizationRequest> & { verb: string };
/** The 403, or nothing. */
type Ask = (check: Check) => Promise<StatusError | undefined>;
const NOWHERE = { isResource: true, group: '', version: 'v1', resource: '', subresource: '', namespace: '', name: '', path: '' };

async function firstRefusal(checks: readonly Check[], ask: Ask): Promise<StatusError | undefined> {
  for (const check of checks) {
    const refusal = await ask(check);
    if (refusal) return refusal;
  }
  return undefined;
}

const accountOf = (name: string): { namespace: string; name: string } | undefined => {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  return match ? { namespace: match[1]!, name: match[2]! } : undefined;
};

/** E4.2: the verb `impersonate` on everything that is wanted. */
function legacyChecks(wanted: Wanted): Check[] {
  const verb = 'impersonate';
  const account = accountOf(wanted.name);
  return [
    account ? { verb, resource: 'serviceaccounts', ...account } : { verb, resource: 'users', name: wanted.name },
    ...wanted.groups.map((name) => ({ verb, resource: 'groups', name })),
    ...detailChecks(wanted, verb),
  ];
}

function detailChecks({ extra, uid }: Wanted, verb: string): Check[] {
  const about = { verb, group: AUTHENTICATION_GROUP };
  return [
    ...[...extra].flatMap(([key, values]) => values.map((name) => ({ ...about, resource: 'userextras', subresource: key, name }))),
    ...(uid === '' ? [] : [{ ...about, resource: 'uids', name: uid }]),
  ];
}

/** The ways of constrained impersonation that fit, in order: its name, and what must be granted beside the action itself. */
function modesFor(wanted: Wanted, requester: UserInfo): { mode: string; checks: Check[] }[] {
  const isNameOnly = wanted.uid === '' && wanted.groups.length === 0 && wanted.extra.size === 0;
  const account = accountOf(wanted.name);
  const group = AUTHENTICATION_GROUP;
  if (wanted.name.startsWith(NODE)) {
    if (!isNameOnly) return [];
    const node = wanted.name.slice(NODE.length);
    const verb = 'impersonate:arbitrary-node';
    const arbitrary = { mode: 'arbitrary-node', checks: [{ verb, group, resource: 'nodes', name: node }] };
    const isOwn = accountOf(requester.name) && requester.extra?.['authentication.kubernetes.io/node-name']?.[0] === node;
    const associated = { mode: 'associated-node', checks: [{ verb: 'impersonate:associated-node', group, resource: 'nodes', name: '*' }] };
    return isOwn ? [associated, arbitrary] : [arbitrary];
  }
  if (account) {
    if (!isNameOnly) return [];
    return [{ mode: 'serviceaccount', checks: [{ verb: 'impersonate:serviceaccount', group, resource: 'serviceaccounts', ...account }] }];
  }
  if (wanted.groups.includes(SYSTEM_MASTERS)) return [];
  const verb = 'impersonate:user-info';
  const checks = [
    { verb, group, resource: 'users', name: wanted.name },
    ...wanted.groups.map((name) => ({ verb, group, resource: 'groups', name })),
    ...detailChecks(wanted, verb),
  ];
  return [{ mode: 'user-info', checks }];
}

/** `granted` by one of the modes, else the refusal that was first; undefined where no mode fits. */
async function firstConstrained(
  wanted: Wanted,
  requester: UserInfo,
  info: RequestInfo,
  ask: Ask,
): Promise<'granted' | StatusError | undefined> {
  let first: StatusError | undefined;
  for (const { mode, checks } of modesFor(wanted, requester)) {
    const action = { ...info, verb: `impersonate-on:${mode}:${info.verb}` };
    const refusal = await firstRefusal([action, ...checks], ask);
    if (!refusal) return 'granted';
    first ??= refusal;
  }
  return first;
}

/** E4.3 */
function resulting({ name, uid, groups, extra }: Wanted): UserInfo {
  const account = accountOf(name);
  const own = groups.length === 0 && account ? serviceAccountGroups(account.namespace) : groups;
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
