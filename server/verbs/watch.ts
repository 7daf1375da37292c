import { StatusError } from '../../schemas/status.js';
import { Compacted } from '../../storage/errors.js';
import type { Answer, Request, WatchSink } from '../api.js';
import { listOptions, type ListOptions } from '../request-options.js';
import { prefixOf, type Resource } from '../resource.js';
import { parseRevision, reachRevision } from '../revision.js';
import { type Selection, selection } from '../selection.js';
import { type FrameEncoder, frameEncoder } from '../watch-frames.js';
import { type Start, WatchStream } from '../watch-stream.js';

/** rest.md §7. Everything that can be refused is refused before the answer starts (R7.1). */
export async function watch(resource: Resource, request: Request): Promise<Answer> {
  const options = listOptions(request.query, true);
  const { match } = selection(resource, request, options);
  const start = startOf(options);
  const encoder = frameEncoder(resource, request);
  return {
    type: 'watch',
    contentType: encoder.contentType,
    start: (sink) => void stream(resource, request, options, start, match, encoder, sink),
  };
}

/** R7.11, R7.12, R7.20–R7.22 */
function startOf(options: ListOptions): Start {
  const { resourceVersion, sendInitialEvents } = options;
  const revision = resourceVersion === '' ? 0 : parseRevision(resourceVersion, 'watch');
  if (sendInitialEvents === true) return { initial: true, after: undefined, atLeast: revision || undefined };
  if (revision > 0) return { initial: false, after: revision, atLeast: undefined };
  return { initial: sendInitialEvents === undefined, after: undefined, atLeast: undefined };
}

async function stream(
  resource: Resource,
  request: Request,
  options: ListOptions,
  start: Start,
  match: Selection['match'],
  encoder: FrameEncoder,
  sink: WatchSink,
): Promise<void> {
  const { api, info } = request;
  const prefix = prefixOf(resource, info.cluster, info.namespace);
  const fail = (error: unknown): void => {
    const status = error instanceof StatusError ? error.status : internalStatus(error);
    sink.write([encoder.error(status)]);
    sink.end();
  };
  try {
    if (start.atLeast !== undefined) await reachRevision(api.store, start.atLeast, options.resourceVersion);
    if (sink.signal.aborted) return;
    await new WatchStream(resource, request, options, encoder, sink).open(prefix, start, match);
  } catch (error) {
    fail(error instanceof Compacted ? tooOld(start.after!, error.oldest) : error);
  }
}

/** R7.13 */
const tooOld = (asked: number, oldest: number): StatusError =>
  new StatusError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
const internalStatus = (error: unknown) =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${(error as Error).message}`).status;
