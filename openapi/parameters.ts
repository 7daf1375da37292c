/** The parameters of operations. One of OpenAPI 2 that means the same everywhere stands once, under a name with its hash (R10.8). */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../schemas/json-value.js';
import type { OpenApiVersion } from './schema.js';

type ParameterType = 'string' | 'boolean' | 'integer';

/** Query parameters by type; path parameters are written `{name}`, and are strings. */
const QUERY: Readonly<Record<string, ParameterType>> = {
  allowWatchBookmarks: 'boolean',
  command: 'string',
  container: 'string',
  continue: 'string',
  dryRun: 'string',
  fieldManager: 'string',
  fieldSelector: 'string',
  fieldValidation: 'string',
  follow: 'boolean',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'boolean',
  insecureSkipTLSVerifyBackend: 'boolean',
  labelSelector: 'string',
  limit: 'integer',
  limitBytes: 'integer',
  orphanDependents: 'boolean',
  path: 'string',
  ports: 'integer',
  pretty: 'string',
  previous: 'boolean',
  propagationPolicy: 'string',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
  sendInitialEvents: 'boolean',
  shardSelector: 'string',
  sinceSeconds: 'integer',
  stderr: 'boolean',
  stdin: 'boolean',
  stdout: 'boolean',
  stream: 'string',
  tailLines: 'integer',
  timeoutSeconds: 'integer',
  timestamps: 'boolean',
  tty: 'boolean',
  watch: 'boolean',
};

/** Clients that look for these in the old document look at operations only (R10.40). */
const INLINE: ReadonlySet<string> = new Set(['{name}', 'dryRun', 'fieldValidation']);

export const LIST_PARAMETERS: readonly string[] = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'shardSelector',
  'timeoutSeconds',
  'watch',
];
export const WRITE_PARAMETERS: readonly string[] = ['dryRun', 'fieldManager', 'fieldValidation'];
export const DELETE_PARAMETERS: readonly string[] = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];

/** By name, a path parameter before a query parameter of the same name. */
export function byName(a: string, b: string): number {
  const [left, right] = [bare(a), bare(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a === b ? 0 : a.startsWith('{') ? -1 : 1;
}

const bare = (name: string): string => (name.startsWith('{') ? name.slice(1, -1) : name);

/** A parameter as it stands in an operation. */
export function parameter(name: string, version: OpenApiVersion): JsonObject {
  if (version === 3) {
    const { in: place, required, type, uniqueItems } = inFull(name);
    return { name: bare(name), in: place!, ...(required && { required }), schema: { type: type!, uniqueItems: uniqueItems! } };
  }
  return INLINE.has(name) ? inFull(name) : { $ref: `#/parameters/${sharedName(name)}` };
}

/** The shared parameters of OpenAPI 2 among `names`, by their names. */
export function sharedParameters(names: Iterable<string>): JsonObject {
  const shared = [...new Set(names)].filter((name) => !INLINE.has(name)).map((name) => [sharedName(name), inFull(name)] as const);
  return Object.fromEntries(shared.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function inFull(name: string): JsonObject {
  const inPath = name.startsWith('{');
  const type = inPath ? 'string' : QUERY[name]!;
  return { name: bare(name), in: inPath ? 'path' : 'query', ...(inPath && { required: true }), type, uniqueItems: true };
}

const sharedNames = new Map<string, string>();

function sharedName(name: string): string {
  let shared = sharedNames.get(name);
  if (shared === undefined) {
    const hash = createHash('sha256')
      .update(JSON.stringify(inFull(name)))
      .digest('base64url');
    shared = `${bare(name)}-${hash.slice(0, 8)}`;
    sharedNames.set(name, shared);
  }
  return shared;
}
