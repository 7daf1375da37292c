/** The audit trail of requests (objects.md G2): who did what, when, and what came of it. */
import type { IncomingMessage } from 'node:http';
import { microTimestamp } from '../../controllers/index.js';
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import type { Reply } from '../answers.js';
import type { Impersonated } from '../auth/impersonation.js';
import { userInfoObject, type UserInfo } from '../auth/user-info.js';
import type { RequestInfo } from '../request-info.js';
import { type AuditDecision, decide, type Policy, type Stage } from './policy.js';
import type { AuditSink } from './sinks.js';

export interface AuditedRequest {
  info: RequestInfo;
  id: string;
  uri: string;
  raw: IncomingMessage;
  /** undefined: nobody was recognised. */
  user: UserInfo | undefined;
  body: Buffer;
}

/** One request's. */
export interface AuditTrail {
  annotate(key: string, value: string): void;
  impersonates(whom: Impersonated): void;
  /** A watch is under way. */
  started(code: number): void;
  /** Over. Where the response is recorded, `reply.body` becomes a list, so that it can be read twice. */
  complete(code: number, reply?: Reply): void;
}

export interface Audit {
  /** undefined: the policy records nothing of it. */
  begin(request: AuditedRequest): AuditTrail | undefined;
  close(): Promise<void>;
}

export function createAudit(policy: Policy, sinks: readonly AuditSink[], now: () => number): Audit {
  return {
    begin(request) {
      const decision = decide(policy, request.info, request.user);
      return decision.level === 'None' ? undefined : trailOf(request, decision, sinks, now);
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

function trailOf(request: AuditedRequest, decision: AuditDecision, sinks: readonly AuditSink[], now: () => number): AuditTrail {
  const received = microTimestamp(now());
  const annotations: Record<string, string> = {};
  let impersonated: Impersonated | undefined;
  const emit = (stage: Stage, outcome: JsonObject): void => {
    if (decision.omitStages.includes(stage)) return;
    const event = {
      ...headOf(request, decision, stage),
      ...(impersonated && { impersonatedUser: userInfoObject(impersonated.user) }),
      ...(impersonated?.constraint && { authenticationMetadata: { impersonationConstraint: impersonated.constraint } }),
      ...outcome,
      requestReceivedTimestamp: received,
      stageTimestamp: microTimestamp(now()),
      ...(Object.keys(annotations).length && { annotations: { ...annotations } }),
    };
    for (const sink of sinks) sink.write(event);
  };
  const requestObject = decision.level === 'Metadata' ? undefined : objectIn(request.body, decision);
  const asked = requestObject && { requestObject };
  emit('RequestReceived', {});
  return {
    annotate(key, value) {
      annotations[key] = value;
    },
    impersonates(whom) {
      impersonated = whom;
    },
    started: (code) => emit('ResponseStarted', { responseStatus: { metadata: {}, code }, ...asked }),
    complete(code, reply) {
      if (reply && (code >= 400 || decision.level === 'RequestResponse')) reply.body = [...reply.body];
      const answer = reply && Array.isArray(reply.body) ? objectIn(Buffer.concat(reply.body as Buffer[]), decision) : undefined;
      const responseStatus = code >= 400 && answer?.['kind'] === 'Status' ? statusOf(answer, code) : { metadata: {}, code };
      const isShown = decision.level === 'RequestResponse' && answer !== undefined;
      emit('ResponseComplete', { responseStatus, ...asked, ...(isShown && { responseObject: answer }) });
    },
  };
}

function headOf({ info, id, uri, raw, user }: AuditedRequest, { level }: AuditDecision, stage: Stage): JsonObject {
  const agent = raw.headers['user-agent'];
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: id,
    stage,
    requestURI: uri,
    verb: info.verb,
    user: user ? userInfoObject(user) : {},
    sourceIPs: sourcesOf(raw),
    ...(agent && { userAgent: agent }),
    ...(info.isResource && { objectRef: referenceOf(info) }),
  };
}

function sourcesOf({ headers, socket }: IncomingMessage): string[] {
  const list = (value: string | string[] | undefined): string[] =>
    [value ?? []]
      .flat()
      .join(',')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  return [...new Set([...list(headers['x-forwarded-for']), ...list(headers['x-real-ip']), socket.remoteAddress ?? ''])].filter(Boolean);
}

function referenceOf({ resource, namespace, name, group, version, subresource }: RequestInfo): JsonObject {
  const members = { resource, namespace, name, apiGroup: group, apiVersion: version, subresource };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''));
}

const statusOf = ({ metadata, status, message, reason, details }: JsonObject, code: number): JsonObject => ({
  metadata: metadata ?? {},
  ...(status !== undefined && { status }),
  ...(message !== undefined && { message }),
  ...(reason !== undefined && { reason }),
  ...(details !== undefined && { details }),
  code,
});

/** JSON bodies only; others are left out. */
function objectIn(body: Buffer, { omitManagedFields }: AuditDecision): JsonObject | undefined {
  if (body[0] !== 0x7b) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (!isObject(value)) return undefined;
    if (omitManagedFields) for (const object of [value, ...listed(value)]) dropManagedFields(object);
    return value;
  } catch {
    return undefined;
  }
}

const listed = ({ items }: JsonObject): JsonObject[] => (Array.isArray(items) ? items.filter(isObject) : []);

function dropManagedFields({ metadata }: JsonObject): void {
  if (isObject(metadata)) delete metadata['managedFields'];
}
