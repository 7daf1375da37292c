/** One server under test, or two of which the second says what is right. */
import { type Connection, loadKubeconfig } from '../../controllers/kubeconfig.js';
import { createHttpTransport } from '../../controllers/http-transport.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';

export interface Call {
  method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  path: string;
  query?: Record<string, string>;
  body?: JsonObject;
  /** Of the body, `application/json` without. */
  type?: string;
  /** Of the answer, likewise. */
  accept?: string;
}

export interface Answer {
  status: number;
  body: JsonObject;
  warnings: string;
}

export interface Client {
  call(call: Call): Promise<Answer>;
  close(): void;
}

export function clientOf(kubeconfig: string): Client {
  const connection: Connection = loadKubeconfig(kubeconfig);
  const transport = createHttpTransport(connection, { userAgent: 'kurma-crds', timeoutMs: 120_000 });
  return {
    async call({ method, path, query, body, type = 'application/json', accept = 'application/json' }) {
      const headers = { accept, ...(body && { 'content-type': type }) };
      const request = { method, path, headers, ...(query && { query }), ...(body && { body }) };
      // A server may close an idle connection just when it is used again; then it has seen nothing of the request.
      const answer = await transport.request(request).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET') throw error;
        return transport.request(request);
      });
      return { status: answer.status, body: isObject(answer.body) ? answer.body : {}, warnings: answer.headers['warning'] ?? '' };
    },
    close: () => transport.close?.(),
  };
}

export const messageOf = (answer: Answer): string => `${answer.status} ${textAt(answer.body, 'message') || textAt(answer.body, 'kind')}`;

export const fieldsOf = (answer: Answer): string[] =>
  objectsAt(objectAt(answer.body, 'details'), 'causes').map((cause) => textAt(cause, 'field'));

const OF_THE_SERVER = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'lastTransitionTime', 'time', 'deletionTimestamp']);

/** Where the second answer is not the first, and how; times, uids and revisions are each server's own. */
export function differencesOf(a: Answer, b: Answer): string[] {
  const [left, right] = [comparable(a.body), comparable(b.body)];
  if (sayTheSameFaults(left['message'], right['message'])) left['message'] = right['message'] = null;
  return [
    ...(a.status === b.status ? [] : [`status: ${messageOf(a)} | ${messageOf(b)}`]),
    ...(a.warnings === b.warnings ? [] : [`warnings: ${a.warnings} | ${b.warnings}`]),
    ...differing(left, right, ''),
  ];
}

const UNREADABLE = /^failed to create typed patch object \(.*?\): (errors:\n)?/;
const faultsOf = (message: JsonValue | undefined): string[] =>
  typeof message === 'string' && UNREADABLE.test(message)
    ? message
        .replace(UNREADABLE, '')
        .split('\n')
        .map((line) => line.trim())
    : [];

/** Of several fields that an apply cannot read, a real server names sometimes all and sometimes only some. */
function sayTheSameFaults(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const ours = faultsOf(a);
  return faultsOf(b).some((line) => ours.includes(line));
}

/** Managers are listed by the second of their time; conditions come when their controllers do, causes of a refusal in no order at all. */
function comparable(body: JsonObject): JsonObject {
  const copy = clone(body);
  const sortAt = (object: JsonObject | undefined, name: string): void => {
    const list = object?.[name];
    if (Array.isArray(list))
      object![name] = list
        .map((item) => [textOf(item), item] as const)
        .sort(byText)
        .map(([, item]) => item);
  };
  sortAt(objectAt(copy, 'metadata'), 'managedFields');
  sortAt(objectAt(copy, 'status'), 'conditions');
  const details = objectAt(copy, 'details');
  sortAt(details, 'causes');
  if (objectsAt(details, 'causes').length > 1) delete copy['message'];
  return copy;
}

/** By what it is sorted. */
function textOf(value: JsonValue): string {
  const { manager, operation, subresource, type } = isObject(value) ? value : {};
  return JSON.stringify(manager ? [manager, operation, subresource] : (type ?? value));
}
const byText = ([a]: readonly [string, JsonValue], [b]: readonly [string, JsonValue]): number => (a < b ? -1 : a > b ? 1 : 0);

/** Texts of refused patches quote the whole object. */
function masked(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'UID')
    .replace(/(resourceVersion\W+)\d+/g, '$1REVISION');
}

/** Where two values differ, and how. */
export function differing(a: JsonValue | undefined, b: JsonValue | undefined, path: string): string[] {
  if (isObject(a) && isObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) =>
      OF_THE_SERVER.has(name) && name in a && name in b ? [] : differing(a[name], b[name], `${path}.${name}`),
    );
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) return a.flatMap((item, i) => differing(item, b[i], `${path}[${i}]`));
  const [left, right] = [masked(a), masked(b)];
  return left === right ? [] : [`${path}: ${left.slice(0, 1000)} | ${right.slice(0, 1000)}`];
}
