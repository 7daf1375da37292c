/** The Transport of controllers in this process: the same dispatch as HTTP, no HTTP. */
import { abortWith } from '../controllers/abort.js';
import type { Transport, TransportEvent, TransportRequest, TransportResponse, User, WatchStream } from '../controllers/transport.js';
import { frozen, type JsonValue } from '../schemas/json-value.js';
import { decodeJson, decodeOwnJson, encodeJson } from '../schemas/wire/json.js';
import { StatusError } from '../schemas/status.js';
import { decodedList, encodeAnswer, encodeStatus } from './answers.js';
import type { Aggregator } from './aggregation/index.js';
import type { Answer, Api, Request } from './api.js';
import { LOOPBACK, type UserInfo } from './auth/user-info.js';
import { dispatch } from './dispatch.js';
import { toStatusError } from './errors.js';
import { JSON_TYPE } from './negotiation.js';
import { NON_RESOURCE_NOT_FOUND, type NonResource } from './non-resource.js';
import { Query } from './query.js';
import type { Reply } from './reply.js';
import { requestInfo, withoutCluster } from './request-info.js';
import { PlainNotFound } from './routing.js';

export interface InProcessOptions {
  api: Api;
  nonResource: NonResource;
  stopping: AbortSignal;
  onError(error: unknown): void;
  /** Whom to ask for what this server does not serve itself. */
  aggregator(): Aggregator | undefined;
}

/** Events of one watch that nobody has taken yet; beyond it the watch waits. */
const WAITING_MAX = 1000;

interface Opened {
  request: Request;
  /** Path and query. */
  uri: string;
  headers: Readonly<Record<string, string>>;
}

export function inProcessTransport(options: InProcessOptions): Transport {
  const { api } = options;

  const open = (r: TransportRequest, isWatch: boolean, signal: AbortSignal): Opened => {
    const parameters = isWatch ? { ...r.query, watch: 'true' } : r.query;
    const search = parameters ? new URLSearchParams(parameters).toString() : '';
    const query = new Query(search);
    const headers = r.headers ?? {};
    const request: Request = {
      api,
      info: requestInfo(r.method, decodeURIComponent(r.path), { isWatch: query.boolean('watch') ?? false, requiredName: undefined }),
      method: r.method,
      query,
      header: (name) => headers[name] ?? (name === 'user-agent' ? 'kurma' : undefined),
      body: r.body === undefined ? Buffer.alloc(0) : Buffer.from(typeof r.body === 'string' ? r.body : encodeJson(r.body)),
      user: userOf(r.user),
      output: { mediaType: JSON_TYPE, pretty: false },
      warn: () => {},
      signal,
    };
    return { request, uri: search === '' ? r.path : `${r.path}?${search}`, headers };
  };
  const serve = ({ request, uri, headers }: Opened): Promise<Answer | Reply> => {
    const aggregator = options.aggregator();
    const service = aggregator?.serviceOf(request.info);
    if (service) return aggregator!.call(service, { request, uri: withoutCluster(uri), headers });
    return request.info.isResource ? dispatch(request) : options.nonResource.serve(request);
  };
  const failure = (error: unknown): Reply => {
    if (error instanceof PlainNotFound) return NON_RESOURCE_NOT_FOUND;
    const { status, isBug } = toStatusError(error);
    if (isBug) options.onError(error);
    return encodeStatus(status.status, status.code, { mediaType: JSON_TYPE, pretty: false });
  };

  return {
    async request(r) {
      const ending = r.signal && new AbortController();
      const release = ending && abortWith(ending, options.stopping, r.signal);
      try {
        const opened = open(r, false, ending?.signal ?? options.stopping);
        const result = await serve(opened);
        if (!('type' in result)) return responseOf(result, decodeBytes);
        if (result.type === 'list')
          return { status: 200, headers: { 'content-type': JSON_TYPE }, body: await decodedList(result, opened.request) };
        return responseOf(await encodeAnswer(result as Exclude<Answer, { type: 'watch' }>, opened.request), decodeOwnJson);
      } catch (error) {
        return responseOf(failure(error), decodeOwnJson);
      } finally {
        release?.();
      }
    },
    watch(r) {
      const gone = new AbortController();
      return watchStream(gone, abortWith(gone, options.stopping, r.signal), () => open(r, true, gone.signal), serve);
    },
    // a page more costs no way there and back, and small pages are garbage before they are old
    pageSize: 100,
  };
}

function userOf(user: User | undefined): UserInfo {
  if (!user) return LOOPBACK;
  return { name: user.username, groups: user.groups ?? [], ...(user.uid && { uid: user.uid }), ...(user.extra && { extra: user.extra }) };
}

/** `decode` is for bodies in JSON. */
function responseOf({ code, headers, body }: Reply, decode: (text: string) => JsonValue): TransportResponse {
  const chunks = [...body];
  const text = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8');
  const isJson = (headers['content-type'] ?? '').startsWith(JSON_TYPE);
  return { status: code, headers, body: isJson ? decode(text) : text };
}

const decodeBytes = (text: string): JsonValue => decodeJson(text).value;

/** What the frames of this turn say: all watchers of an event are told in one turn, and only the first of them has to decode it. */
const decodedFrames = new Map<Buffer, TransportEvent[]>();

/** Whoever is given an event shares it: frozen, so that nobody changes what others see. */
function eventsIn(frame: Buffer): TransportEvent[] {
  const known = decodedFrames.get(frame);
  if (known) return known;
  const events: TransportEvent[] = [];
  for (const line of frame.toString('utf8').split('\n')) {
    if (line !== '') events.push(frozen(decodeOwnJson(line)) as unknown as TransportEvent);
  }
  if (decodedFrames.size === 0) setImmediate(() => decodedFrames.clear());
  decodedFrames.set(frame, events);
  return events;
}

/** Events as they are pushed, until `gone`; the stream opens when it is first iterated. `release` is called at its end. */
function watchStream(
  gone: AbortController,
  release: () => void,
  open: () => Opened,
  serve: (opened: Opened) => Promise<Answer | Reply>,
): WatchStream {
  let waiting: TransportEvent[] = [];
  let wake: (() => void) | undefined;
  let drained: (() => void) | undefined;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    wake?.();
  };
  const start = async (): Promise<void> => {
    const opened = open();
    const { signal } = opened.request;
    const answer = await serve(opened);
    if (!('type' in answer) || answer.type !== 'watch') throw new StatusError(500, 'InternalError', 'not a watch');
    signal.addEventListener('abort', end, { once: true });
    answer.start({
      signal,
      write(frames) {
        for (const frame of frames) waiting.push(...eventsIn(frame));
        wake?.();
        return waiting.length < WAITING_MAX;
      },
      end: () => {
        gone.abort();
        end();
      },
      onDrain: (listener) => {
        drained = listener;
      },
    });
  };
  return {
    close() {
      gone.abort();
      end();
    },
    async *[Symbol.asyncIterator]() {
      await start();
      try {
        for (;;) {
          const events = waiting;
          waiting = [];
          for (const event of events) yield event;
          if (waiting.length > 0) continue;
          const listener = drained;
          drained = undefined;
          listener?.();
          if (waiting.length > 0) continue;
          if (isOver) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
      } finally {
        gone.abort();
      }
    },
  };
}
