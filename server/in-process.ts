/** The Transport of controllers in this process: the same dispatch as HTTP, no HTTP. */
import type { Transport, TransportRequest, User, WatchStream } from '../controllers/transport.js';
import type { JsonValue } from '../schemas/json-value.js';
import { encodeJson, decodeJson } from '../schemas/wire/json.js';
import { StatusError } from '../schemas/status.js';
import { encodeAnswer, encodeStatus, type Reply } from './answers.js';
import type { Aggregator } from './aggregation/index.js';
import type { Answer, Api, Request, WatchSink } from './api.js';
import { LOOPBACK, type UserInfo } from './auth/user-info.js';
import { dispatch } from './dispatch.js';
import { toStatusError } from './errors.js';
import { JSON_TYPE } from './negotiation.js';
import { NON_RESOURCE_NOT_FOUND, type NonResource } from './non-resource.js';
import { Query } from './query.js';
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

interface Opened {
  request: Request;
  gone: AbortController;
  /** Path and query. */
  uri: string;
  headers: Readonly<Record<string, string>>;
}

export function inProcessTransport(options: InProcessOptions): Transport {
  const { api } = options;

  const open = (r: TransportRequest, isWatch: boolean): Opened => {
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, options.stopping, ...(r.signal ? [r.signal] : [])]);
    const search = new URLSearchParams({ ...r.query, ...(isWatch && { watch: 'true' }) }).toString();
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
    return { request, gone, uri: search === '' ? r.path : `${r.path}?${search}`, headers };
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
      let reply: Reply;
      try {
        const opened = open(r, false);
        const result = await serve(opened);
        reply = 'type' in result ? await encodeAnswer(result as Exclude<Answer, { type: 'watch' }>, opened.request) : result;
      } catch (error) {
        reply = failure(error);
      }
      return { status: reply.code, headers: reply.headers, body: bodyOf(reply) };
    },
    watch: (r) => watchStream(() => open(r, true), serve),
  };
}

function userOf(user: User | undefined): UserInfo {
  if (!user) return LOOPBACK;
  return { name: user.username, groups: user.groups ?? [], ...(user.uid && { uid: user.uid }), ...(user.extra && { extra: user.extra }) };
}

function bodyOf(reply: Reply): JsonValue {
  const text = Buffer.concat([...reply.body]);
  return (reply.headers['content-type'] ?? '').startsWith(JSON_TYPE) ? decodeJson(text).value : text.toString('utf8');
}

/** Events as they are pushed; the stream opens when it is first iterated. */
function watchStream(open: () => Opened, serve: (opened: Opened) => Promise<Answer | Reply>): WatchStream {
  const queue: { type: string; object: JsonValue }[] = [];
  let wake: (() => void) | undefined;
  let drained: (() => void) | undefined;
  let isOver = false;
  let opened: Opened | undefined;
  const end = (): void => {
    isOver = true;
    wake?.();
  };
  const start = async (): Promise<void> => {
    opened = open();
    const { request, gone } = opened;
    const answer = await serve(opened);
    if (!('type' in answer) || answer.type !== 'watch') throw new StatusError(500, 'InternalError', 'not a watch');
    request.signal.addEventListener('abort', end, { once: true });
    const sink: WatchSink = {
      signal: request.signal,
      write(frames) {
        for (const line of frames.toString('utf8').split('\n'))
          if (line !== '') queue.push(decodeJson(line).value as { type: string; object: JsonValue });
        wake?.();
        return queue.length < 1000;
      },
      end: () => {
        gone.abort();
        end();
      },
      onDrain: (listener) => {
        drained = listener;
      },
    };
    answer.start(sink);
  };
  return {
    close() {
      opened?.gone.abort();
      end();
    },
    async *[Symbol.asyncIterator]() {
      await start();
      try {
        for (;;) {
          const event = queue.shift();
          if (event) {
            yield event;
            continue;
          }
          const listener = drained;
          drained = undefined;
          listener?.();
          if (queue.length) continue;
          if (isOver) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
      } finally {
        opened?.gone.abort();
      }
    },
  };
}
