/**
 * Keys: `<group>/<resource>/<cluster>/<namespace>/<name>`; the namespace is empty for what is cluster-scoped, the
 * group for the core group. The only place that knows about the slashes. Key order is list order: by namespace, then
 * by name, byte-wise (R0.3, R6.4), and as in Kubernetes the slash takes part in it: `a-b/x` comes before `a/x`.
 *
 *     apps/deployments/root/default/web        a deployment           ─┐
 *     apps/deployments/root/default/           one namespace of it     │ each a range of keys, and each may be listed
 *     apps/deployments/root/                   one cluster of it       │ and watched
 *     apps/deployments/                        all clusters of it     ─┘ its resource prefix: one Cacher
 */
export interface GroupResource {
  group: string;
  resource: string;
}

export interface KeyParts extends GroupResource {
  cluster: string;
  namespace: string;
  name: string;
}

/** Stands for all logical clusters in `collectionPrefix`. */
export const everyCluster = '*';

/** Where all entries of a resource are, of every cluster. */
export function resourcePrefix({ group, resource }: GroupResource): string {
  return `${optional(group)}/${required(resource)}/`;
}

/**
 * Where the entries of one collection are: of a namespace, of a cluster (no namespace), or of every cluster. A
 * namespace in every cluster is no range of keys: ask for every cluster and match the namespace.
 */
export function collectionPrefix(gr: GroupResource, cluster: string, namespace = ''): string {
  if (cluster === everyCluster) return resourcePrefix(gr);
  const prefix = `${resourcePrefix(gr)}${required(cluster)}/`;
  return namespace === '' ? prefix : `${prefix}${optional(namespace)}/`;
}

/** The key of one object; `namespace` is `''` for what is cluster-scoped. */
export function objectKey(gr: GroupResource, cluster: string, namespace: string, name: string): string {
  return `${resourcePrefix(gr)}${required(cluster)}/${optional(namespace)}/${required(name)}`;
}

/** The parts of a key made by `objectKey`. */
export function parseKey(key: string): KeyParts {
  const parts = key.split('/');
  if (parts.length !== 5) throw new RangeError(`not a key: ${key}`);
  const [group, resource, cluster, namespace, name] = parts as [string, string, string, string, string];
  return { group, resource, cluster, namespace, name };
}

/** The prefixes under which a key can be listed and watched, widest first; the key itself is the last. */
export function prefixesOf(key: string): [resource: string, cluster: string, namespace: string, key: string] {
  const resource = key.indexOf('/', key.indexOf('/') + 1);
  const cluster = key.indexOf('/', resource + 1);
  const namespace = key.indexOf('/', cluster + 1);
  return [key.slice(0, resource + 1), key.slice(0, cluster + 1), key.slice(0, namespace + 1), key];
}

/** The resource prefix of a key. */
export function resourcePrefixOf(key: string): string {
  return key.slice(0, key.indexOf('/', key.indexOf('/') + 1) + 1);
}

/** Whether it is one of the `prefixesOf` some key. */
export function isPrefix(prefix: string): boolean {
  const slashes = prefix.split('/').length - 1;
  return slashes === 4 || ((slashes === 2 || slashes === 3) && prefix.endsWith('/'));
}

/**
 * The first string after all keys of the prefix: `a/b/` → `a/b0` (`0` follows `/`). A whole key is the range of
 * itself.
 */
export function rangeEnd(prefix: string): string {
  return prefix.endsWith('/') ? `${prefix.slice(0, -1)}0` : afterKey(prefix);
}

/** The first string after a key: a range that starts here continues after it. */
export function afterKey(key: string): string {
  return `${key}\0`;
}

function required(segment: string): string {
  if (segment === '') throw new RangeError('empty key segment');
  return optional(segment);
}

function optional(segment: string): string {
  if (segment.includes('/')) throw new RangeError(`key segment with a slash: ${segment}`);
  return segment;
}
