/** `/openapi/v2` and `/openapi/v3` (rest.md §10). */
import { LRUCache } from 'lru-cache';
import { createOpenApi, type OpenApi as Documents } from '../openapi/index.js';
import type { Reply } from './reply.js';
import type { Request } from './api.js';
import { JSON_TYPE, preferredType } from './negotiation.js';
import type { Registry } from './registry.js';
import { PlainNotFound } from './routing.js';

export interface OpenApi {
  serve(request: Request, path: readonly string[]): Promise<Reply>;
}

/** Clusters whose documents are kept; those of the built-in kinds are shared by all. */
const CLUSTERS_MAX = 16;
const YEAR_MS = 365 * 24 * 3600 * 1000;

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** What clients send, and what is answered: the `@` of the first is no token of a media type (R10.2). */
const V2_PROTOBUF_SERVED = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

interface Known {
  generation: number;
  documents: Documents;
  madeAt: Date;
}

/** Serves the documents of what `registry` serves, made anew when that changes. `gitVersion` as in `/version`. */
export function openApiOf(registry: Registry, gitVersion: string): OpenApi {
  const factory = createOpenApi(
    registry.builtins().map(({ kind }) => kind),
    gitVersion,
  );
  const byCluster = new LRUCache<string, Known>({ max: CLUSTERS_MAX });

  const known = ({ info, api }: Request): Known => {
    const generation = registry.generation(info.cluster);
    const found = byCluster.get(info.cluster);
    if (found?.generation === generation) return found;
    const custom = registry.custom(info.cluster).flatMap((resource) => resource.published?.() ?? []);
    const published = registry.remote(info.cluster).flatMap(({ openapi }) => openapi ?? []);
    const made = { generation, documents: factory.withCustom(custom, published), madeAt: new Date(api.chance.now()) };
    byCluster.set(info.cluster, made);
    return made;
  };

  return {
    async serve(request, [version, ...key]) {
      if (version === 'v2' && key.length === 0) return serveV2(request, known(request));
      if (version === 'v3') return serveV3(request, known(request), key.join('/'));
      throw new PlainNotFound();
    },
  };
}

/** R10.1, R10.2 */
function serveV2(request: Request, { documents, madeAt }: Known): Reply {
  const type = preferredType(request.header('accept'), [JSON_TYPE, V2_PROTOBUF, V2_PROTOBUF_SERVED]);
  if (!type) return { code: 406, headers: {}, body: [] };
  const { bytes, hash } = documents.v2();
  const headers = { etag: `"${hash}"`, vary: 'Accept', 'last-modified': madeAt.toUTCString() };
  if (isCurrent(request, hash)) return { code: 304, headers, body: [] };
  if (type === JSON_TYPE) return { code: 200, headers: { ...headers, 'content-type': JSON_TYPE }, body: [bytes] };
  return { code: 200, headers: { ...headers, 'content-type': V2_PROTOBUF_SERVED }, body: [documents.v2Protobuf()] };
}

/** R10.15, R10.16 */
function serveV3(request: Request, { documents, madeAt }: Known, key: string): Reply {
  const document = key === '' ? documents.v3Index() : documents.v3(key);
  if (!document) return { code: 404, headers: {}, body: [] };
  if (!preferredType(request.header('accept'), [JSON_TYPE])) return { code: 406, headers: {}, body: [] };
  const { bytes, hash } = document;
  const asked = request.query.get('hash');
  if (key !== '' && asked !== '' && asked !== hash)
    return { code: 301, headers: { location: `/openapi/v3/${key}?hash=${hash}` }, body: [] };
  const headers = {
    etag: `"${hash}"`,
    vary: 'Accept',
    'last-modified': madeAt.toUTCString(),
    ...(key !== '' && asked !== '' && immutable(request.api.chance.now())),
  };
  if (isCurrent(request, hash)) return { code: 304, headers, body: [] };
  return { code: 200, headers: { ...headers, 'content-type': JSON_TYPE }, body: [bytes] };
}

const immutable = (now: number): Record<string, string> => ({
  'cache-control': 'public, immutable',
  expires: new Date(now + YEAR_MS).toUTCString(),
});

const isCurrent = (request: Request, hash: string): boolean => request.header('if-none-match') === `"${hash}"`;
