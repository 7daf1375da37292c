/** The only place that knows URL shapes (rest.md §1.1). */

/** What a request asks for. `resource` is `''` for a non-resource request; its verb then is the lower-cased method. */
export interface RequestInfo {
  isResource: boolean;
  /** Decoded path, without the `/clusters/<name>` prefix. */
  path: string;
  /** Logical cluster: `root` unless the URL starts with `/clusters/<name>`. */
  cluster: string;
  verb: string;
  /** `api` or `apis` for resource requests. */
  apiPrefix: string;
  group: string;
  version: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /** Path segments after the version (and after `watch`), for routing. */
  parts: string[];
  /** The deprecated `/watch/` prefix was there (R7.36). */
  watchPrefix: boolean;
}

/** R1.3: a `watch` or `proxy` prefix with nothing behind it; `message` is the whole text body of the 500. */
export class RequestInfoError extends Error {}

const METHOD_VERBS: Record<string, string> = { POST: 'create', GET: 'get', HEAD: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);
const SPECIAL_VERBS = new Set(['watch', 'proxy']);

/**
 * Classifies a method and a decoded path (R1.1–R1.7). `isWatch` and `namedByField` are the query's say: `?watch` and the
 * name that a field selector requires (R1.6).
 */
export function requestInfo(
  method: string,
  decodedPath: string,
  query: { isWatch: boolean; requiredName: string | undefined },
): RequestInfo {
  const { cluster, path } = splitCluster(decodedPath);
  const info: RequestInfo = {
    isResource: false,
    path,
    cluster,
    verb: method.toLowerCase(),
    apiPrefix: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
    watchPrefix: false,
  };
  let parts = trimSlashes(path).split('/');
  if (parts.length < 3 || (parts[0] !== 'api' && parts[0] !== 'apis')) return info;
  if (parts[0] === 'apis' && parts.length < 4) return info;
  info.isResource = true;
  info.apiPrefix = parts[0];
  parts = parts.slice(1);
  if (info.apiPrefix === 'apis') info.group = parts.shift()!;
  info.version = parts.shift()!;
  if (SPECIAL_VERBS.has(parts[0]!)) {
    if (parts.length < 2) {
      const why = `unable to determine kind and namespace from url, ${decodedPath}`;
      throw new RequestInfoError(`Internal Server Error: ${JSON.stringify(decodedPath)}: failed to create RequestInfo: ${why}\n`);
    }
    info.verb = parts.shift()!;
    info.watchPrefix = info.verb === 'watch';
  } else info.verb = METHOD_VERBS[method] ?? '';

  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = parts[1]!;
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2]!)) parts = parts.slice(2);
  }
  info.parts = parts;
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  info.subresource = parts[2] ?? '';
  if (info.name === '' && info.verb === 'get') info.verb = query.isWatch ? 'watch' : 'list';
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
  if (info.name === '' && (info.verb === 'list' || info.verb === 'watch') && query.requiredName !== undefined)
    info.name = query.requiredName;
  return info;
}

/** `/clusters/<name>/…` is a logical cluster's, anything else the root's. */
export function splitCluster(path: string): { cluster: string; path: string } {
  const match = /^\/clusters\/([^/]+)(\/.*)?$/.exec(path);
  return match ? { cluster: match[1]!, path: match[2] ?? '/' } : { cluster: 'root', path };
}

/** An encoded path, query and all, as a server without logical clusters knows it. */
export const withoutCluster = (uri: string): string => uri.replace(/^\/clusters\/[^/]+(?=\/)/, '');

function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
