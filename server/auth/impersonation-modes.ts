/**
 * The ways in which one may act for another (E4.2). The constrained ones, which 1.36 has by default, each ask for two things: to do that with
 * the request at hand (`impersonate-on:<mode>:<verb>`), and to be that user at all (`impersonate:<mode>`). The old one asks for the latter
 * only (`impersonate`).
 */
import { aggregate, type FieldError, goQuote } from '../../schemas/field-errors.js';
import { dnsLabel, dnsSubdomain } from '../../schemas/names.js';
import type { StatusError } from '../../schemas/status.js';
import { validateDomainPrefixedPath } from '../../schemas/validation/domain-prefixed-path.js';
import type { RequestInfo } from '../request-info.js';
import { type AuthorizationRequest, type Authorizer, denied } from './authorizer.js';
import { serviceAccountGroups, SYSTEM_MASTERS, type UserInfo } from './user-info.js';

/** As the headers have it. */
export interface Wanted {
  name: string;
  uid: string;
  groups: string[];
  extra: Map<string, string[]>;
}

export interface Mode {
  /** The verb that allows it; it is what the audit trail says, but of the old mode. */
  verb: string;
  isConstrained: boolean;
  /** Whether this is the way to be that user. */
  fits(wanted: Wanted, requester: UserInfo): boolean;
  /** The first 403, or nothing. */
  refusal(ask: Ask, wanted: Wanted, info: RequestInfo): Promise<StatusError | undefined>;
  /** Groups that are not of the requester's choice. */
  groupsOf(wanted: Wanted): readonly string[];
}

const GROUP = 'authentication.k8s.io';
const NODE_PREFIX = 'system:node:';
const ACCOUNT_PREFIX = 'system:serviceaccount:';
const NODES = 'system:nodes';
const NODE_NAME = 'authentication.kubernetes.io/node-name';
/** From so many on, one question for all of them comes first. */
const MANY = 4;

const NOWHERE = { isResource: true, group: '', version: 'v1', resource: '', subresource: '', namespace: '', name: '', path: '' };

type Check = Partial<AuthorizationRequest> & { verb: string };

export interface Ask {
  (check: Check): Promise<StatusError | undefined>;
  /** The 403 of what nobody may. */
  refuse(check: Check, reason: string): StatusError;
}

/** Asks what the requester may do in a cluster. */
export function asker(authorizer: Authorizer, cluster: string, user: UserInfo): Ask {
  const complete = (check: Check): AuthorizationRequest => ({ ...NOWHERE, cluster, ...check, user });
  const refuse = (check: Check, reason: string): StatusError => denied(complete(check), reason);
  const ask = async (check: Check): Promise<StatusError | undefined> => {
    const { allowed, reason, error } = await authorizer.authorize(complete(check));
    return allowed ? undefined : refuse(check, [error, reason].filter(Boolean).join(': '));
  };
  return Object.assign(ask, { refuse });
}

function accountOf(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(ACCOUNT_PREFIX)) return undefined;
  const [namespace, name, ...rest] = user.slice(ACCOUNT_PREFIX.length).split(':');
  const isAccount = rest.length === 0 && dnsLabel(namespace!).length === 0 && name !== undefined && dnsSubdomain(name).length === 0;
  return isAccount ? { namespace: namespace!, name } : undefined;
}

function nodeOf(user: string): string | undefined {
  const name = user.startsWith(NODE_PREFIX) ? user.slice(NODE_PREFIX.length) : '';
  return dnsSubdomain(name).length === 0 ? name : undefined;
}

const isNameOnly = ({ uid, groups, extra }: Wanted): boolean => uid === '' && groups.length === 0 && extra.size === 0;

const accountGroups = ({ name, groups }: Wanted): readonly string[] => {
  const account = accountOf(name);
  return account && groups.length === 0 ? serviceAccountGroups(account.namespace) : groups;
};

function constrained(name: string, mode: Pick<Mode, 'fits'> & Partial<Pick<Mode, 'groupsOf'>>, nodeName?: string): Mode {
  const verb = `impersonate:${name}`;
  return {
    verb,
    isConstrained: true,
    groupsOf: accountGroups,
    ...mode,
    async refusal(ask, wanted, info) {
      const action = await ask({ ...info, verb: `impersonate-on:${name}:${info.verb}` });
      return action ?? firstRefusal(ask, wanted, { verb, group: GROUP, isConstrained: true, nodeName });
    },
  };
}

const isNode = (wanted: Wanted): boolean => isNameOnly(wanted) && nodeOf(wanted.name) !== undefined;

/** In the order in which they are tried. */
export const MODES: readonly Mode[] = [
  constrained(
    'associated-node',
    {
      fits(wanted, requester) {
        const nodes = requester.extra?.[NODE_NAME] ?? [];
        return isNode(wanted) && accountOf(requester.name) !== undefined && nodes.length === 1 && nodes[0] === nodeOf(wanted.name);
      },
      groupsOf: () => [NODES],
    },
    // whichever node it is, it is the requester's own
    '*',
  ),
  constrained('arbitrary-node', { fits: isNode, groupsOf: () => [NODES] }),
  constrained('serviceaccount', { fits: (wanted) => isNameOnly(wanted) && accountOf(wanted.name) !== undefined }),
  constrained('user-info', { fits: ({ name }) => nodeOf(name) === undefined && accountOf(name) === undefined }),
  {
    verb: 'impersonate',
    isConstrained: false,
    fits: () => true,
    groupsOf: accountGroups,
    refusal: (ask, wanted) => firstRefusal(ask, wanted, { verb: 'impersonate', group: '', isConstrained: false }),
  },
];

interface Terms {
  verb: string;
  /** Of users and groups; uids and extras are always of `authentication.k8s.io`. */
  group: string;
  isConstrained: boolean;
  nodeName?: string | undefined;
}

async function firstRefusal(ask: Ask, wanted: Wanted, terms: Terms): Promise<StatusError | undefined> {
  return (
    (await ask(userCheck(wanted.name, terms))) ??
    (wanted.uid === '' ? undefined : await ask({ verb: terms.verb, group: GROUP, resource: 'uids', name: wanted.uid })) ??
    (await groupsRefusal(ask, wanted.groups, terms)) ??
    (await extraRefusal(ask, wanted.extra, terms))
  );
}

function userCheck(name: string, { verb, group, isConstrained, nodeName }: Terms): Check {
  const account = accountOf(name);
  if (account) return { verb, group, resource: 'serviceaccounts', ...account };
  const node = isConstrained ? nodeOf(name) : undefined;
  if (node !== undefined) return { verb, group, resource: 'nodes', name: nodeName ?? node };
  return { verb, group, resource: 'users', name };
}

async function groupsRefusal(ask: Ask, groups: readonly string[], { verb, group, isConstrained }: Terms): Promise<StatusError | undefined> {
  const about = { verb, group, resource: 'groups' };
  if (isConstrained) {
    if (groups.includes('')) return ask.refuse(about, 'impersonating the empty string group is not allowed');
    if (groups.includes(SYSTEM_MASTERS))
      return ask.refuse({ ...about, name: SYSTEM_MASTERS }, `impersonating the ${SYSTEM_MASTERS} group is not allowed`);
    if (groups.length >= MANY && !(await ask({ ...about, name: '*' }))) return undefined;
  }
  return firstOf(
    ask,
    groups.map((name) => ({ ...about, name })),
  );
}

async function extraRefusal(ask: Ask, extra: Wanted['extra'], { verb, isConstrained }: Terms): Promise<StatusError | undefined> {
  const about = { verb, group: GROUP, resource: 'userextras' };
  const checks = [...extra].flatMap(([key, values]) => values.map((name) => ({ ...about, subresource: key, name })));
  if (isConstrained) {
    const problem = extraProblem(extra);
    if (problem !== undefined) return ask.refuse(about, problem);
    const isLarge = extra.size >= MANY || checks.length >= MANY;
    if (isLarge && !(await ask({ ...about, subresource: '*', name: '*' }))) return undefined;
  }
  return firstOf(ask, checks);
}

async function firstOf(ask: Ask, checks: readonly Check[]): Promise<StatusError | undefined> {
  for (const check of checks) {
    const refusal = await ask(check);
    if (refusal) return refusal;
  }
  return undefined;
}

function extraProblem(extra: Wanted['extra']): string | undefined {
  for (const [key, values] of extra) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const errors: FieldError[] = [];
    validateDomainPrefixedPath('extra.key', key, errors);
    if (errors.length) return `impersonating an invalid key in extra is not allowed: ${aggregate(errors)}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}
