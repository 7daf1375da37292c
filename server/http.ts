/**
 * HTTP in front of the verbs: one catch-all route (fastify refuses new routes after start, and CRDs appear at run time), bodies as bytes,
 * the order of R1.11, replies and their headers (rest.md §11).
 */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import { badRequest, internalError, type StatusError, timeout, unauthorized } from '../schemas/status.js';
import { encodeAnswer, encodeStatus } from './answers.js';
import type { Answer, Api, Request } from './api.js';
import { type Authenticator, hasSpacedToken, presentedCertificate, SPACED_TOKEN } from './auth/authentication.js';
import { AccessDenied, type AuthorizationRequest, denied } from './auth/authorizer.js';
import { type Impersonator, impersonator } from './auth/impersonation.js';
import type { Audit, AuditTrail } from './audit/index.js';
import { ANONYMOUS, type UserInfo } from './auth/user-info.js';
import { BODY_BYTES_MAX, bodyTooLarge } from './decode.js';
import { dispatch } from './dispatch.js';
import { parseDuration } from './duration.js';
import { toStatusError } from './errors.js';
import { ALL_TYPES, JSON_TYPE, negotiate } from './negotiation.js';
import { type NonResource, NON_RESOURCE_NOT_FOUND } from './non-resource.js';
import { Query } from './query.js';
import type { Reply } from './reply.js';
import { type RequestInfo, RequestInfoError, requestInfo, splitCluster, withoutCluster } from './request-info.js';
import { PlainNotFound } from './routing.js';
import { parseFieldSelector } from '../schemas/selectors.js';
import { escapeWarnings } from './warnings.js';
import { bearerOfProtocols, isWebSocket, serveUpgrades } from './upgrade.js';
import { discardBody, HEADER_LIMITS, IDLE_MS, limitConnections, readAsStreams, refuseMalformed, timeBody } from './slow-clients.js';
import { serveWatch } from './watch-response.js';
import type { RemoteService } from './aggregation/api-service.js';
import type { Aggregator } from './aggregation/index.js';
import type { Refusal } from './flow-control/budget.js';
import { type FlowControl, isLongRunning } from './flow-control/flow-control.js';
import type { FlowSchemas } from './flow-control/flow-schemas.js';
import type { Measured, Metrics } from './metrics.js';

const compress = promisify(gzip);
/** R8.22 */
const COMPRESS_FROM_BYTES = 128 * 1024;
/** R11.16 */
const REQUEST_TIMEOUT_MS = 60_000;
const EMPTY = Buffer.alloc(0);
const NO_CACHE = 'no-cache, private';

export interface HttpOptions {
  api: Api;
  authenticate: Authenticator;
  nonResource: NonResource;
  /** R11.24: true once the server is going down. */
  isStopping(): boolean;
  /** Ends the watches when the server stops. */
  stopping: AbortSignal;
  metrics?: Metrics;
  flowControl?: FlowControl;
  flowSchemas?: FlowSchemas;
  audit?: Audit;
  aggregator?: Aggregator;
  /** fastify's own: https, http2, logger … */
  fastify: FastifyServerOptions & Record<string, unknown>;
  /** Who calls on a plain loopback port without credentials. */
  trusted?: UserInfo;
}

declare module 'fastify' {
  interface FastifyRequest {
    user: UserInfo | undefined;
    auditId: string;
    /** As sent; the header itself is replaced, so that fastify reads every body alike. */
    contentType: string | undefined;
  }
}

interface Listener extends HttpOptions {
  impersonate: Impersonator;
}

export function createHttp(given: HttpOptions): FastifyInstance {
  const options: Listener = { ...given, impersonate: impersonator(given.api.authorizer) };
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: false,
    return503OnClosing: false,
    http2SessionTimeout: IDLE_MS,
    clientErrorHandler: refuseMalformed,
    routerOptions: { maxParamLength: 65_536, ignoreDuplicateSlashes: false },
    exposeHeadRoutes: false,
    // every path is one route: the router must not judge what the API judges
    rewriteUrl: () => '/',
    http: HEADER_LIMITS,
    ...options.fastify,
  } as FastifyServerOptions) as unknown as FastifyInstance;
  limitConnections(app.server);
  readAsStreams(app.server);
  serveUpgrades(app);
  setMaxListeners(0, options.stopping);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.decorateRequest('user', undefined);
  app.decorateRequest('auditId', '');
  app.decorateRequest('contentType', undefined);
  app.addHook('onRequest', async (request, reply) => authenticateRequest(options, request, reply));
  app.setErrorHandler(async (error, request, reply) => {
    if ((error as { code?: string }).code === 'FST_ERR_CTP_BODY_TOO_LARGE') await discardBody(request.raw);
    await send(reply, request, failure(asStatus(error), undefined, request));
  });
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await handle(options, request, reply);
  };
  app.route({ method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], url: '/', handler });
  app.setNotFoundHandler(handler);
  return app;
}

/** fastify's refusals of a body, in Kubernetes' words. */
function asStatus(error: unknown): StatusError {
  const { code } = error as { code?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge();
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return badRequest((error as Error).message);
  return toStatusError(error).status;
}

async function authenticateRequest(options: HttpOptions, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  request.contentType = request.headers['content-type'];
  request.raw.headers['content-type'] = 'application/octet-stream';
  if (request.raw.httpVersionMajor > 1) timeBody(request.raw);
  request.auditId = String(request.headers['audit-id'] ?? '').slice(0, 64) || randomUUID();
  const target = targetOf(request.originalUrl);
  const user =
    options.trusted ??
    (await options.authenticate({
      certificate: presentedCertificate(request.raw),
      authorization: isWebSocket(request.raw) ? bearerOfProtocols(request.raw) : request.headers.authorization,
      headers: request.raw.rawHeaders,
      cluster: clusterOf(target),
      target,
    }));
  if (user) request.user = user;
  else {
    const made = failure(unauthorized(), undefined, request);
    auditRefusal(options, request, made);
    await send(reply, request, made);
    return reply as never;
  }
}

/** A request of nobody is recorded where its path can be read. */
function auditRefusal({ audit }: HttpOptions, raw: FastifyRequest, made: Reply): void {
  if (!audit) return;
  try {
    const { info } = readTarget(raw);
    beginAudit(audit, raw, info)?.complete(made.code, made);
  } catch {
    // there is nothing to say about it but the refusal
  }
}

function beginAudit(audit: Audit | undefined, raw: FastifyRequest, info: RequestInfo): AuditTrail | undefined {
  const body = Buffer.isBuffer(raw.body) ? raw.body : EMPTY;
  return audit?.begin({ info, id: raw.auditId, uri: raw.originalUrl, raw: raw.raw, user: raw.user, body });
}

function readTarget(raw: FastifyRequest): { query: Query; info: RequestInfo } {
  const url = targetOf(raw.originalUrl);
  const at = url.indexOf('?');
  const query = new Query(at < 0 ? '' : url.slice(at + 1));
  const info = requestInfo(raw.method, decodePath(at < 0 ? url : url.slice(0, at)), {
    isWatch: query.boolean('watch') ?? false,
    requiredName: requiredName(query),
  });
  return { query, info };
}

/** A path that cannot be decoded is refused later on. */
function clusterOf(url: string): string {
  try {
    return splitCluster(decodePath(url.split('?', 1)[0]!)).cluster;
  } catch {
    return 'root';
  }
}

async function handle(options: Listener, raw: FastifyRequest, reply: FastifyReply): Promise<void> {
  const started = performance.now();
  const passage: Passage = { headers: {}, warnings: [], onEnd: [] };
  const over = (code: number): void => {
    for (const end of passage.onEnd) end(code);
    if (request) options.metrics?.onRequest(measured(request), code, performance.now() - started);
  };
  let request: Request | undefined;
  let made: Reply;
  try {
    request = requestOf(options, raw, passage);
    const result = await bounded(() => serve(options, request!, raw.raw.rawHeaders, passage), request.info, request.query);
    if ('type' in result && result.type === 'watch') {
      watched(options, raw, reply, request, result, passage, over);
      return;
    }
    if ('forwardTo' in result) {
      const answered = await forwarded(options.aggregator!, result.forwardTo, raw, reply, request, passage);
      if (typeof answered === 'number') {
        request.audit?.complete(answered);
        over(answered);
        return;
      }
      made = answered;
    } else made = 'type' in result ? await encodeAnswer(result, request) : result;
  } catch (error) {
    made = failure(error, request, raw);
  }
  try {
    request?.audit?.complete(made.code, made);
    await send(reply, raw, made, passage);
  } finally {
    over(made.code);
  }
}

/** What a request gathers on its way: headers and warnings of its answer, and what is to be done when it is over. */
interface Passage {
  headers: Readonly<Record<string, string>>;
  warnings: string[];
  onEnd: ((code: number) => void)[];
}

/** Throws what `requestInfo` throws. */
function requestOf({ api, audit: audits }: HttpOptions, raw: FastifyRequest, { warnings }: Passage): Request {
  const { query, info } = readTarget(raw);
  if (raw.user === ANONYMOUS && hasSpacedToken(raw.headers.authorization)) warnings.push(SPACED_TOKEN);
  const audit = beginAudit(audits, raw, info);
  let signal: AbortSignal | undefined;
  return {
    api,
    info,
    method: raw.method,
    query,
    header: (name) => (name === 'content-type' ? raw.contentType : headerOf(raw, name)),
    body: Buffer.isBuffer(raw.body) ? raw.body : EMPTY,
    user: raw.user!,
    output: { mediaType: JSON_TYPE, pretty: false },
    warn: (text) => {
      if (text !== undefined) warnings.push(text);
    },
    get signal() {
      signal ??= goneSignal(raw.raw);
      return signal;
    },
    ...(audit && { audit }),
  };
}

function measured({ info, method, query, header }: Request): Measured {
  const isApply = method === 'PATCH' && (header('content-type') ?? '').startsWith('application/apply-patch');
  return { info, isApply, isDryRun: query.has('dryRun') };
}

type WatchAnswer = Extract<Answer, { type: 'watch' }>;

function watched(
  { metrics, stopping }: HttpOptions,
  raw: FastifyRequest,
  reply: FastifyReply,
  request: Request,
  answer: WatchAnswer,
  { headers, warnings, onEnd }: Passage,
  over: (code: number) => void,
): void {
  if (metrics) {
    onEnd.push(metrics.onLongRunning(measured(request)));
    request.onEvents = (count) => metrics.onWatchEvents(request.info, count);
  }
  request.audit?.started(200);
  onEnd.push(() => request.audit?.complete(200));
  const ended = serveWatch(raw, reply, answer, stopping, { headers, warnings, auditId: raw.auditId });
  if (ended.aborted) over(200);
  else ended.addEventListener('abort', () => over(200), { once: true });
}

/** F4: another server answers. */
function forwarded(
  aggregator: Aggregator,
  service: RemoteService,
  raw: FastifyRequest,
  reply: FastifyReply,
  { info, body, user, audit }: Request,
  { headers }: Passage,
): Promise<number | Reply> {
  const isLasting = isLongRunning(info);
  return aggregator.forward(service, {
    raw,
    reply,
    uri: withoutCluster(targetOf(raw.originalUrl)),
    body,
    user,
    headers,
    timeoutMs: isLasting ? undefined : REQUEST_TIMEOUT_MS,
    onStart: (code) => {
      if (isLasting) audit?.started(code);
    },
  });
}

/** R1.11 from the shutdown check on. */
async function serve(
  options: Listener,
  request: Request,
  headers: readonly string[],
  passage: Passage,
): Promise<Answer | Reply | { forwardTo: RemoteService }> {
  const { api, isStopping, nonResource, impersonate } = options;
  const { info } = request;
  if (isStopping() && !nonResource.isHealth(info.path)) return shuttingDown();
  const impersonated = await impersonate(request.user, info, headers);
  if (impersonated) {
    request.audit?.impersonates(impersonated);
    request.user = impersonated.user;
  }
  const refusal = admitted(options, request, passage);
  if (refusal !== undefined && (await refusal) !== undefined) return tooManyRequests();
  await authorize(api, request);
  const forwardTo = options.aggregator?.serviceOf(info);
  if (forwardTo) return { forwardTo };
  if (info.isResource) return dispatch(request);
  return nonResource.serve(request);
}

/** G4: a place in the budget, which is given back when the request is over; otherwise why there is none, or the wait for one. */
function admitted(
  { flowControl, flowSchemas }: HttpOptions,
  request: Request,
  passage: Passage,
): undefined | Refusal | Promise<Refusal | undefined> {
  const { info, user } = request;
  passage.headers = flowSchemas?.headersOf(info, user) ?? passage.headers;
  if (!flowControl) return undefined;
  const entered = flowControl.enter(info, user, request);
  const take = (refusal: Refusal | undefined): Refusal | undefined => {
    if (refusal === undefined) passage.onEnd.push(() => flowControl.leave(info));
    return refusal;
  };
  return entered instanceof Promise ? entered.then(take) : take(entered);
}

/** R11.6 */
function tooManyRequests(): Reply {
  return {
    code: 429,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'retry-after': '1' },
    body: [Buffer.from('Too many requests, please try again later.\n')],
  };
}

async function authorize(api: Api, { info, user, audit }: Request): Promise<void> {
  const attributes: AuthorizationRequest = { ...info, user };
  const decision = await api.authorizer.authorize(attributes);
  audit?.annotate('authorization.k8s.io/decision', decision.allowed ? 'allow' : 'forbid');
  audit?.annotate('authorization.k8s.io/reason', decision.reason);
  if (decision.allowed) return;
  if (decision.error !== undefined) throw internalError(decision.error);
  throw denied(attributes, decision.reason);
}

/** R11.24 */
function shuttingDown(): Reply {
  const text = 'The apiserver is shutting down, please try again later.';
  return {
    code: 429,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5', connection: 'close' },
    body: [Buffer.from(text)],
  };
}

/** R11.16: a moment at which every request is late already. */
const NO_TIME_MS = 1;

/** R11.16: 504 when a request that is not long-running takes too long; a malformed `timeout` is 400, and nothing is done. */
async function bounded<T>(work: () => Promise<T>, info: RequestInfo, query: Query): Promise<T> {
  const asked = query.get('timeout');
  let ms = REQUEST_TIMEOUT_MS;
  if (asked !== '') {
    const parsed = parseDuration(asked);
    if (typeof parsed === 'string') throw badRequest(`invalid timeout specified in the request URL - ${parsed}`);
    ms = Math.min(parsed || REQUEST_TIMEOUT_MS, REQUEST_TIMEOUT_MS);
  }
  if (info.verb === 'watch') return work();
  if (ms < NO_TIME_MS) throw tooLate();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const tooLate = (): StatusError => timeout('request did not complete within the allotted timeout');

function goneSignal(raw: FastifyRequest['raw']): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed && !raw.readableEnded) gone.abort();
  raw.once('close', () => gone.abort());
  return gone.signal;
}

/** The absolute form (`GET http://host/path`) names the same path. */
function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?]*(.*)$/i.exec(url)?.[1] || url;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(path)}`);
  }
}

/** R1.6: the name that a field selector asks for exactly. */
function requiredName(query: Query): string | undefined {
  const text = query.get('fieldSelector');
  if (!text.includes('metadata.name')) return undefined;
  try {
    const term = parseFieldSelector(text).find((t) => t.field === 'metadata.name' && !t.not);
    return term && /^[^/%]+$/.test(term.value) && term.value !== '.' && term.value !== '..' ? term.value : undefined;
  } catch {
    return undefined; // the verb will say what is wrong with it
  }
}

function headerOf(raw: FastifyRequest, name: string): string | undefined {
  const value = raw.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** R11.20 */
const PANIC: Reply = {
  code: 500,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: [Buffer.from('This request caused apiserver to panic. Look in the logs for details.\n')],
};

/** Every error reply is made here. */
function failure(error: unknown, request: Request | undefined, raw: FastifyRequest): Reply {
  if (error instanceof PlainNotFound) return NON_RESOURCE_NOT_FOUND;
  if (error instanceof RequestInfoError)
    return {
      code: 500,
      // the request was judged before anything set a cache header
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': '' },
      body: [Buffer.from(error.message)],
    };
  const { status, isBug } = toStatusError(error);
  if (isBug) raw.log.error({ err: error, url: raw.originalUrl }, 'request failed');
  if (error instanceof TypeError || error instanceof ReferenceError) return PANIC;
  const query = request?.query ?? new Query('');
  const output = negotiate(headerOf(raw, 'accept'), { types: ALL_TYPES, conversions: false }, query, headerOf(raw, 'user-agent'));
  const made = encodeStatus(status.status, status.code, output && { mediaType: output.mediaType, pretty: output.pretty });
  if (error instanceof AccessDenied) made.headers['x-content-type-options'] = 'nosniff';
  return made;
}

const CODE_MAX = 599;

async function send(reply: FastifyReply, raw: FastifyRequest, made: Reply, passage?: Passage): Promise<void> {
  // A webhook's denial may say more than fastify and HTTP/2 of Node know.
  reply.raw.statusCode = raw.raw.httpVersionMajor > 1 ? Math.min(made.code, CODE_MAX) : made.code;
  reply.headers({ 'audit-id': raw.auditId, 'cache-control': NO_CACHE, ...passage?.headers, ...made.headers });
  if (made.headers['cache-control'] === '') reply.removeHeader('cache-control');
  if (raw.raw.httpVersionMajor > 1) reply.removeHeader('connection');
  else if (!raw.server.server.listening) reply.header('connection', 'close');
  if (passage?.warnings.length) reply.header('warning', escapeWarnings(passage.warnings));
  const chunks = Array.isArray(made.body) ? (made.body as Buffer[]) : undefined;
  if (raw.method === 'HEAD') {
    reply.hijack();
    const response = reply.raw as ServerResponse;
    response.writeHead(made.code, reply.getHeaders() as Record<string, string>);
    response.end();
    return;
  }
  if (chunks?.length === 0) {
    // Without a Content-Type of fastify's: a client's cache would put it in place of the one that it has (304).
    reply.send();
    return reply as never;
  }
  if (chunks?.length === 1 && chunks[0]!.length <= COMPRESS_FROM_BYTES) {
    reply.send(chunks[0]);
    return reply as never;
  }
  const doCompress = acceptsGzip(raw) && made.code < 400;
  if (doCompress) reply.headers({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
  if (chunks?.length === 1) reply.send(doCompress ? await compress(chunks[0]!, { level: 1 }) : chunks[0]);
  else {
    const plain = Readable.from(made.body, { objectMode: false });
    if (made.length !== undefined && !doCompress) reply.header('content-length', made.length);
    reply.send(doCompress ? pipeline(plain, createGzip({ level: 1 }), () => {}) : plain);
  }
  return reply as never;
}

function acceptsGzip(raw: FastifyRequest): boolean {
  return (headerOf(raw, 'accept-encoding') ?? '').split(',').some((token) => token.trim().split(';')[0] === 'gzip');
}
