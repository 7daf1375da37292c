/** Options of requests: decoding and validation (rest.md §4.1, R6.1, R7.4). */
import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../schemas/field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { badRequest, invalid } from '../schemas/status.js';
import type { Query } from './query.js';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface WriteOptions {
  dryRun: boolean;
  /** What of the two the client itself said: all that admission is told. */
  sent: { fieldManager?: string; fieldValidation?: string };
  fieldManager: string;
  fieldValidation: FieldValidation;
  /** Apply patches only. */
  force: boolean;
}

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions' | 'ListOptions';
const GROUP = 'meta.k8s.io';
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

const refuse = (kind: OptionsKind, errors: FieldError[]): void => {
  if (errors.length) throw invalid({ group: GROUP, kind }, '', errors);
};

/** Create, update and patch options from the query (R4.5–R4.9, R5.2). `patch` says whether it is one, and of which sort. */
export function writeOptions(kind: OptionsKind, query: Query, userAgent: string, patch?: { isApply: boolean }): WriteOptions {
  const fieldManager = query.get('fieldManager');
  const force = query.boolean('force');
  const dryRun = query.all('dryRun');
  const fieldValidation = query.get('fieldValidation');
  const errors: FieldError[] = [];
  if (patch?.isApply && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
  if (patch && !patch.isApply && force !== undefined) errors.push(forbiddenField('force', 'may not be specified for non-apply patch'));
  errors.push(...validateFieldManager(fieldManager), ...validateDryRun(dryRun));
  if (!VALIDATIONS.includes(fieldValidation)) errors.push(notSupported('fieldValidation', fieldValidation, VALIDATIONS));
  refuse(kind, errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: fieldManager || managerOf(userAgent),
    fieldValidation: (fieldValidation || 'Warn') as FieldValidation,
    force: force ?? false,
    sent: { ...(fieldManager !== '' && { fieldManager }), ...(fieldValidation !== '' && { fieldValidation }) },
  };
}

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function validateFieldManager(manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > 128) errors.push(tooLong('fieldManager', 128));
  let at = 0;
  for (const c of manager) {
    if (!printable.test(c)) {
      const code = c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalidValue('fieldManager', manager, `invalid character U+${code} (at position ${at})`));
      break;
    }
    at += Buffer.byteLength(c);
  }
  return errors;
}

/** R4.6: only `All`. */
export function validateDryRun(dryRun: readonly JsonValue[]): FieldError[] {
  return dryRun.some((d) => d !== 'All') ? [notSupported('dryRun', dryRun, ['All'])] : [];
}

/** R4.7: what stands before the first `/` of the user agent, printable characters only, at most 128 bytes. */
function managerOf(userAgent: string): string {
  const name = [...(userAgent.split('/')[0] ?? '')].filter((c) => printable.test(c)).join('');
  let bytes = 0;
  let out = '';
  for (const c of name) {
    bytes += Buffer.byteLength(c);
    if (bytes > 128) break;
    out += c;
  }
  return out || 'unknown';
}

export interface DeleteOptions {
  dryRun: boolean;
  gracePeriodSeconds: number | undefined;
  orphanDependents: boolean | undefined;
  propagationPolicy: string | undefined;
  /** undefined where the body has none. */
  preconditions: { uid?: string; resourceVersion?: string } | undefined;
}

const int64 = /^[+-]?\d+$/;

/** R4.5: decimal, or 400 with Go's words. */
export function integerParameter(query: Query, key: string): number | undefined {
  const text = query.get(key);
  if (text === '') return undefined;
  if (!int64.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return Number(value);
}

/** Delete options of the query (R4.1), where the preconditions are plain `uid` and `resourceVersion`. */
export function deleteOptionsOfQuery(query: Query): DeleteOptions {
  const [uid, resourceVersion] = [query.get('uid'), query.get('resourceVersion')];
  return checkedDeleteOptions({
    dryRun: query.all('dryRun'),
    gracePeriodSeconds: integerParameter(query, 'gracePeriodSeconds'),
    orphanDependents: query.boolean('orphanDependents'),
    propagationPolicy: query.has('propagationPolicy') ? query.get('propagationPolicy') : undefined,
    preconditions: uid || resourceVersion ? { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) } : undefined,
  });
}

/** Delete options of a decoded body (R4.40, R4.41). */
export function deleteOptionsOfBody(body: JsonObject): DeleteOptions {
  const wrong = (got: string, field: string, want: string): never => {
    throw badRequest(`json: cannot unmarshal ${got} into Go struct field ${field} of type ${want}`);
  };
  const typeName = (v: JsonValue): string =>
    Array.isArray(v) ? 'array' : v === null ? 'null' : typeof v === 'boolean' ? 'bool' : typeof v;
  const read = <T>(from: JsonObject, key: string, type: string, path: string, want: string): T | undefined => {
    const value = from[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'bigint' || typeof value !== type) return wrong(typeName(value), path, want);
    return value as T;
  };
  const dryRun = body['dryRun'] ?? [];
  if (!Array.isArray(dryRun)) return wrong(typeName(dryRun), 'DeleteOptions.dryRun', '[]string');
  const preconditions = body['preconditions'] ?? {};
  if (!isObject(preconditions)) return wrong(typeName(preconditions), 'DeleteOptions.preconditions', 'v1.Preconditions');
  const uid = read<string>(preconditions, 'uid', 'string', 'Preconditions.preconditions.uid', 'types.UID');
  const resourceVersion = read<string>(preconditions, 'resourceVersion', 'string', 'Preconditions.preconditions.resourceVersion', 'string');
  const grace = read<number>(body, 'gracePeriodSeconds', 'number', 'DeleteOptions.gracePeriodSeconds', 'int64');
  if (grace !== undefined && !Number.isInteger(grace)) return wrong(`number ${grace}`, 'DeleteOptions.gracePeriodSeconds', 'int64');
  return checkedDeleteOptions({
    dryRun,
    gracePeriodSeconds: grace,
    orphanDependents: read(body, 'orphanDependents', 'boolean', 'DeleteOptions.orphanDependents', 'bool'),
    propagationPolicy: read(body, 'propagationPolicy', 'string', 'DeleteOptions.propagationPolicy', 'v1.DeletionPropagation'),
    preconditions:
      (body['preconditions'] ?? null) !== null
        ? { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) }
        : undefined,
  });
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

function checkedDeleteOptions(raw: Omit<DeleteOptions, 'dryRun'> & { dryRun: JsonValue[] }): DeleteOptions {
  const errors: FieldError[] = [];
  const policy = raw.propagationPolicy;
  if (policy !== undefined && raw.orphanDependents !== undefined)
    errors.push(invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  if (policy !== undefined && !POLICIES.includes(policy)) errors.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']));
  errors.push(...validateDryRun(raw.dryRun));
  refuse('DeleteOptions', errors);
  return { ...raw, dryRun: raw.dryRun.length > 0 };
}

export interface ListOptions {
  labelSelector: string;
  fieldSelector: string;
  resourceVersion: string;
  resourceVersionMatch: string;
  limit: number;
  continue: string;
  timeoutSeconds: number | undefined;
  allowWatchBookmarks: boolean;
  sendInitialEvents: boolean | undefined;
}

/** List and watch options: decoding 400, validation 422 (R6.1, R7.4). */
export function listOptions(query: Query, isWatch: boolean): ListOptions {
  const options: ListOptions = {
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
    resourceVersion: query.get('resourceVersion'),
    resourceVersionMatch: query.get('resourceVersionMatch'),
    limit: Math.max(integerParameter(query, 'limit') ?? 0, 0),
    continue: query.get('continue'),
    timeoutSeconds: integerParameter(query, 'timeoutSeconds'),
    allowWatchBookmarks: query.boolean('allowWatchBookmarks') ?? false,
    sendInitialEvents: query.boolean('sendInitialEvents'),
  };
  refuse('ListOptions', isWatch ? validateWatch(options) : validateList(options));
  return options;
}

const MATCH = 'resourceVersionMatch';
const withContinue = forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided');

function validateList(o: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = o.resourceVersionMatch;
  if (match !== '') {
    if (o.resourceVersion === '')
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (o.continue !== '') errors.push(withContinue);
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && o.resourceVersion === '0')
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (o.sendInitialEvents !== undefined) errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return errors;
}

function validateWatch(o: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = o.resourceVersionMatch;
  if (o.sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(forbiddenField(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  // R7.12: such a watch is rewritten to one with a match before it is judged.
  const isRewritten = o.sendInitialEvents === undefined && (o.resourceVersion === '' || o.resourceVersion === '0');
  if (match === '') return isRewritten && o.continue !== '' ? [...errors, withContinue] : errors;
  if (o.sendInitialEvents === undefined)
    errors.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']));
  if (o.continue !== '') errors.push(withContinue);
  return errors;
}

/** The options object that webhooks and policies are shown. */
export function admissionOptions(kind: string, options: WriteOptions): JsonObject {
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(options.dryRun && { dryRun: ['All'] }),
    ...options.sent,
  };
}
