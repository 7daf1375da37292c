/** One resource request from its route to its answer; the same for HTTP and for in-process clients. */
import type { Answer, Request } from './api.js';
import { route } from './routing.js';
import { runSubresource } from './subresources/index.js';
import { acceptsAny, ALL_TYPES, negotiate, type Offer, type Output, PROTOBUF_TYPE } from './negotiation.js';
import { goQuote } from '../schemas/field-errors.js';
import { pathSegment } from '../schemas/names.js';
import { badRequest, methodNotSupported, notAcceptable, notAcceptableRoute } from '../schemas/status.js';
import { verbs } from './verbs/index.js';
import { patchType } from './verbs/patch.js';
import type { Resource } from './resource.js';

const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const CUSTOM_OFFER: Offer = { types: ALL_TYPES.filter((t) => t !== PROTOBUF_TYPE), conversions: true };
const BUILTIN_OFFER: Offer = { types: ALL_TYPES, conversions: true };
/** R8.6: what only answers questions is not printed as a Table. */
const UNSTORED_OFFER: Offer = { types: ALL_TYPES, conversions: 'metadata' };

/** Throws PlainNotFound or a StatusError. Sets `request.output`. */
export async function dispatch(request: Request): Promise<Answer> {
  const { api, info, method } = request;
  const { resource, subresource } = route(api.registry, info, method, ({ requestWarning }) => {
    if (requestWarning) request.warn(requestWarning);
  });
  if (method === 'PATCH' && !resource.isCustom) patchType(resource, request);
  request.output = outputOf(resource, request);
  if (info.verb === 'watch' && !resource.kind.verbs.includes('watch')) throw methodNotSupported(resource.gr, 'watch');
  if (NAMING.has(info.verb)) checkNameOf(request);
  if (subresource !== '') return runSubresource(resource, request, subresource);
  return verbs[info.verb]!(resource, request);
}

/** The subresources whose answers a Table can show. */
const WITH_TABLE: ReadonlySet<string> = new Set(['', 'status', 'scale']);

const NAMING: ReadonlySet<string> = new Set(['get', 'delete', 'patch']);

/** No key of the store ends with such a name. */
function checkNameOf({ info: { name } }: Request): void {
  const faults = pathSegment(name);
  if (faults.length) throw badRequest(`Name parameter invalid: ${goQuote(name)}: ${faults.join(';')}`);
}

const offerOf = ({ isCustom, kind }: Resource, subresource: string): Offer =>
  !WITH_TABLE.has(subresource)
    ? UNSTORED_OFFER
    : isCustom
      ? CUSTOM_OFFER
      : kind.storage || kind.verbs.includes('list')
        ? BUILTIN_OFFER
        : UNSTORED_OFFER;

/** R1.19, R8.4: the route's own refusal for built-ins, then the endpoint's. */
function outputOf(resource: Resource, request: Request): Output {
  const accept = request.header('accept');
  if (!resource.isCustom) {
    const isStream = request.method === 'GET' && (request.info.parts.length === 1 || request.info.verb === 'watch');
    const produced = isStream ? [...ALL_TYPES, ...STREAMS] : ALL_TYPES;
    if (!acceptsAny(accept, produced)) throw notAcceptableRoute(produced);
  }
  const output = negotiate(accept, offerOf(resource, request.info.subresource), request.query, request.header('user-agent'));
  if (!output) throw notAcceptable(ALL_TYPES);
  return output;
}
