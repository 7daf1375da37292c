/** The operations on what is no kind: discovery, version, logs, keys. */
import { capital, groupId, type Operation, rootOf } from './operations.js';
import { META } from './schema.js';

const DISCOVERY_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const RESOURCE_LIST_TYPES = [...DISCOVERY_TYPES, 'application/cbor'];

interface Facts {
  path: string;
  id: string;
  tag: string;
  consumes?: readonly string[];
  produces?: readonly string[];
  answer?: string;
}

function read({ path, id, tag, consumes = [], produces = [], answer }: Facts): Operation {
  return {
    path,
    method: 'get',
    id,
    tag,
    parameters: path.match(/\{\w+\}/g) ?? [],
    consumes,
    produces,
    responses: { ...(answer && { 200: answer }), 401: undefined },
  };
}

const discovery = (path: string, id: string, tag: string, answer: string, types = DISCOVERY_TYPES): Operation =>
  read({ path, id, tag, consumes: types, produces: types, answer: `${META}.${answer}` });

/** `/api/` */
export const coreVersions = discovery('/api/', 'getCoreAPIVersions', 'core', 'APIVersions');
/** `/apis/` */
export const groupList = discovery('/apis/', 'getAPIVersions', 'apis', 'APIGroupList');

/** `/apis/apps/` */
export function groupOperation(group: string): Operation {
  const id = groupId(group);
  return discovery(`/apis/${group}/`, `get${capital(id)}APIGroup`, id, 'APIGroup');
}

/** `/apis/apps/v1/` */
export function resourceListOperation(groupVersion: { group: string; version: string }): Operation {
  const id = groupId(groupVersion.group);
  const { version } = groupVersion;
  return discovery(
    `${rootOf(groupVersion)}/`,
    `get${capital(id)}${capital(version)}APIResources`,
    `${id}_${version}`,
    'APIResourceList',
    RESOURCE_LIST_TYPES,
  );
}

/** The rest, each by the key of its own OpenAPI 3 document. */
export const OTHER_OPERATIONS: Readonly<Record<string, readonly Operation[]>> = {
  '.well-known/openid-configuration': [
    read({
      path: '/.well-known/openid-configuration/',
      id: 'getServiceAccountIssuerOpenIDConfiguration',
      tag: 'WellKnown',
      produces: ['application/json'],
      answer: 'string',
    }),
  ],
  logs: [
    read({ path: '/logs/', id: 'logFileListHandler', tag: 'logs' }),
    read({ path: '/logs/{logpath}', id: 'logFileHandler', tag: 'logs' }),
  ],
  'openid/v1/jwks': [
    read({
      path: '/openid/v1/jwks/',
      id: 'getServiceAccountIssuerOpenIDKeyset',
      tag: 'openid',
      produces: ['application/jwk-set+json'],
      answer: 'string',
    }),
  ],
  version: [
    read({
      path: '/version/',
      id: 'getCodeVersion',
      tag: 'version',
      consumes: ['application/json'],
      produces: ['application/json'],
      answer: 'io.k8s.apimachinery.pkg.version.Info',
    }),
  ],
};
