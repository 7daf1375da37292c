/** The audit trail of requests (objects.md G2): who did what, when, and what came of it. */
import type { IncomingMessage } from 'node:http';
import { microTimestamp } from '../../controllers/index.js';
import { clone, isObject, type JsonObject } from '../../schemas/json-value.js';
import { metaOf, type ObjectMeta } from '../../schemas/object-meta.js';
import type { Reply } from '../reply.js';
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
  /** The same, of something that only belongs into events with bodies. */
  annotateContent(key: string, value: () => string): void;
  impersonates(whom: Impersonated): void;
  /** What a create or update asks for, as it was understood. */
  decoded(object: JsonObject): void;
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
  let named: ObjectMeta = {};
  const emit = (stage: Stage, outcome: JsonObject): void => {
    if (decision.omitStages.includes(stage)) return;
    const event = {
      ...headOf(request, decision, stage, named),
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
  let asked = requestObject && { requestObject };
  emit('RequestReceived', {});
  return {
    annotate(key, value) {
      annotations[key] = value;
    },
    annotateContent(key, value) {
      if (decision.level !== 'Metadata') annotations[key] = value();
    },
    impersonates(whom) {
      impersonated = whom;
    },
    decoded(object) {
      // it is worked on after this
      named = { ...metaOf(object) };
      if (decision.level !== 'Metadata') asked = { requestObject: withoutManagedFields(clone(object), decision) };
    },
    started: (code) => emit('ResponseStarted', { responseStatus: { metadata: {}, code }, ...asked }),
    complete(code, reply) {
      if (reply && (code >= 400 || decision.level === 'RequestResponse')) reply.body = [...reply.body];
      const isRead =
        Array.isArray(reply?.body) && (code >= 400 || decision.level === 'RequestResponse' || isStatus(reply.body as Buffer[]));
      const answer = isRead ? objectIn(Buffer.concat(reply!.body as Buffer[]), decision) : undefined;
      const responseStatus = answer?.['kind'] === 'Status' ? statusOf(answer, code) : { metadata: {}, code };
      const isShown = decision.level === 'RequestResponse' && answer !== undefined;
      emit('ResponseComplete', { responseStatus, ...asked, ...(isShown && { responseObject: answer }) });
    },
  };
}

const STATUS = '{"kind":"Status",';
const isStatus = ([first]: readonly Buffer[]): boolean => first?.subarray(0, STATUS.length).toString('latin1') === STATUS;

function headOf({ info, id, uri, raw, user }: AuditedRequest, { level }: AuditDecision, stage: Stage, named: ObjectMeta): JsonObject {
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
    ...(info.isResource && { objectRef: referenceOf(info, named) }),
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

/** What the path does not say, the object does. */
function referenceOf({ resource, namespace, name, group, version, subresource }: RequestInfo, named: ObjectMeta): JsonObject {
  const members = {
    resource,
    namespace: namespace || named.namespace,
    name: name || named.name,
    uid: named.uid,
    apiGroup: group,
    apiVersion: version,
    resourceVersion: named.resourceVersion,
    subresource,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value)) as JsonObject;
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
function objectIn(body: Buffer, decision: AuditDecision): JsonObject | undefined {
  if (body[0] !== 0x7b) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? withoutManagedFields(value, decision) : undefined;
  } catch {
    return undefined;
  }
}

function withoutManagedFields(value: JsonObject, { omitManagedFields }: AuditDecision): JsonObject {
  if (omitManagedFields) for (const object of [value, ...listed(value)]) dropManagedFields(object);
  return value;
}

const listed = ({ items }: JsonObject): JsonObject[] => (Array.isArray(items) ? items.filter(isObject) : []);

function dropManagedFields({ metadata }: JsonObject): void {
  if (isObject(metadata)) delete metadata['managedFields'];
}
