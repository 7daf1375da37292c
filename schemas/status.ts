/** The whole list of reasons (rest.md §2.2): one constructor each. `StatusError` is the only error that reaches a client as it stands. */
import { aggregate, causesOf, type FieldError } from './field-errors.js';
import { groupResourceName, type GroupResource } from './group-version.js';

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}
export interface StatusDetails {
  name?: string;
  group?: string;
  /** The plural resource; the Kind in Invalid. */
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string };
  status?: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

const BRAND = Symbol.for('kurma/StatusError');

/** A failure in the client's terms. `status.code` is the HTTP status. */
export class StatusError extends Error {
  readonly status: Status;
  readonly [BRAND] = true;
  /** A plugin may bring its own copy of this module; an error of one is an error of all. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'StatusError';
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason !== undefined && { reason }),
      ...(details !== undefined && { details }),
      code,
    };
  }
  get code(): number {
    return this.status.code!;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

const about = (gr: GroupResource, name?: string): StatusDetails => ({
  ...(name && { name }),
  ...(gr.group && { group: gr.group }),
  ...(gr.resource && { kind: gr.resource }),
});

/** R2.4 */
export const notFound = (gr: GroupResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${groupResourceName(gr)} "${name}" not found`, about(gr, name));
/** R2.5 */
export const alreadyExists = (gr: GroupResource, name: string, terminating = false): StatusError =>
  new StatusError(
    409,
    'AlreadyExists',
    `${terminating ? 'object is being deleted: ' : ''}${groupResourceName(gr)} "${name}" already exists`,
    about(gr, name),
  );
/** R2.6 */
export const generateNameExhausted = (gr: GroupResource, name: string): StatusError =>
  new StatusError(
    409,
    'AlreadyExists',
    `${groupResourceName(gr)} "${name}" already exists, the server was not able to generate a unique name for the object`,
    { ...about(gr, name), retryAfterSeconds: 1 },
  );
/** R2.8; `gr.resource` may be a Kind where the rule prints one. */
export const conflict = (gr: GroupResource, name: string, text: string): StatusError =>
  new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${groupResourceName(gr)} "${name}": ${text}`, about(gr, name));
/** R2.7 */
export const modifiedConflict = (gr: GroupResource, name: string): StatusError =>
  conflict(gr, name, 'the object has been modified; please apply your changes to the latest version and try again');
/** R2.9 */
export const methodNotSupported = (gr: GroupResource, verb: string): StatusError =>
  new StatusError(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${groupResourceName(gr)}"`, about(gr));
/** R2.10 */
export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
/** R1.14 */
export const unknownResource = (): StatusError => new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
/** R2.11 */
export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
/** R2.11, routing variant */
export const unsupportedPatchType = (): StatusError => new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
/** R2.12 */
export const notAcceptable = (accepted: readonly string[]): StatusError =>
  new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
/** R1.19 */
export const notAcceptableRoute = (produced: readonly string[]): StatusError =>
  new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${produced.join(', ')}`, {});
/** R2.13; `group`, `kind` as they print (R2.27). */
export const invalid = (gk: { group: string; kind: string }, name: string, errors: readonly FieldError[]): StatusError =>
  new StatusError(
    422,
    'Invalid',
    `${groupResourceName({ group: gk.group, resource: gk.kind })} "${name}" is invalid: ${aggregate(errors)}`,
    {
      ...about({ group: gk.group, resource: gk.kind }, name),
      causes: causesOf(errors),
    },
  );
/** R5.12 */
export const invalidRequest = (): StatusError =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
/** R2.14 */
export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);
/** R2.15 */
export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');
/** R2.16 */
export const forbidden = (gr: GroupResource, name: string, why: string, causes?: StatusCause[]): StatusError => {
  const subject = gr.resource === '' ? '' : name === '' ? `${groupResourceName(gr)} is ` : `${groupResourceName(gr)} "${name}" is `;
  return new StatusError(403, 'Forbidden', `${subject}forbidden: ${why}`, { ...about(gr, name), ...(causes && { causes }) });
};
/** R2.17 */
export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);
/** R2.18 */
export const tooLarge = (message: string): StatusError =>
  new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
/** R2.19 */
export const tooManyRequests = (message: string, retryAfterSeconds: number): StatusError =>
  new StatusError(429, 'TooManyRequests', message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {});
/** R2.20b */
export const timeout = (text: string, details: StatusDetails = {}): StatusError =>
  new StatusError(504, 'Timeout', `Timeout: ${text}`, details);
/** R6.9 */
export const futureRevision = (asked: string | number, current: string | number): StatusError =>
  timeout(`Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
/** R2.20c */
export const internalError = (text: string): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] });
/** R2.20d */
export const serviceUnavailable = (message: string): StatusError => new StatusError(503, 'ServiceUnavailable', message);
/** R2.20f: a 500 without a reason, as Kubernetes gives for errors that are no Status. */
export const rawError = (message: string): StatusError => new StatusError(500, undefined, message);
