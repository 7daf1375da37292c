/** What may they do (objects.md E5). */
import { goQuote } from '../../schemas/field-errors.js';
import { forbidden, StatusError } from '../../schemas/status.js';
import { SYSTEM_MASTERS, type UserInfo } from './user-info.js';

export interface AuthorizationRequest {
  user: UserInfo;
  cluster: string;
  verb: string;
  isResource: boolean;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  /** Non-resource requests only. */
  path: string;
}
export interface Decision {
  allowed: boolean;
  reason: string;
  /** Refused for good: no other authorizer is asked. */
  denied?: boolean;
  /** Why an authorizer had no opinion. */
  error?: string;
}
export interface Authorizer {
  authorize(request: AuthorizationRequest): Decision | Promise<Decision>;
}

const ALLOWED: Decision = { allowed: true, reason: '' };

/** E5.3: `system:masters` may do everything; then the first authorizer that allows or denies decides. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return {
    authorize(request) {
      if (request.user.groups.includes(SYSTEM_MASTERS)) return ALLOWED;
      return ask(authorizers, 0, request, []);
    },
  };
}

/** Synchronous as long as the authorizers are. */
function ask(
  authorizers: readonly Authorizer[],
  at: number,
  request: AuthorizationRequest,
  before: Decision[],
): Decision | Promise<Decision> {
  const authorizer = authorizers[at];
  if (!authorizer) return refusal(before);
  const heard = (decision: Decision): Decision | Promise<Decision> =>
    decision.allowed || decision.denied ? decision : ask(authorizers, at + 1, request, [...before, decision]);
  const decision = authorizer.authorize(request);
  return decision instanceof Promise ? decision.then(heard) : heard(decision);
}

function refusal(decisions: readonly Decision[]): Decision {
  const said = (texts: (string | undefined)[]): string => texts.filter(Boolean).join('\n');
  const error = said(decisions.map((d) => d.error));
  return { allowed: false, reason: said(decisions.map((d) => d.reason)), ...(error && { error }) };
}

const HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (c) => HTML[c]!);

/** Somebody may not do that; other 403s are admission's. */
export class AccessDenied extends StatusError {}

/** The 403 of a denial (R2.21). */
export function denied(request: AuthorizationRequest, reason: string): AccessDenied {
  const tail = reason === '' ? '' : `: ${reason}`;
  const who = `User ${goQuote(request.user.name)} cannot ${request.verb}`;
  if (!request.isResource) return new AccessDenied(403, 'Forbidden', escaped(`forbidden: ${who} path ${goQuote(request.path)}${tail}`), {});
  const resource = request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  const where = request.namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(request.namespace)}`;
  const why = `${who} resource ${goQuote(resource)} in API group ${goQuote(request.group)} ${where}${tail}`;
  const { status } = forbidden({ group: request.group, resource: request.resource }, request.name, why);
  return new AccessDenied(403, 'Forbidden', escaped(status.message!), status.details);
}
