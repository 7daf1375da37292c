/** `exec`, `attach`, `portforward` and the proxies pass admission as CONNECT, their object being what the query asks for. */
import type { JsonObject } from '../../schemas/json-value.js';
import { attributesOf } from '../admission.js';
import type { Answer, Request } from '../api.js';
import type { Query } from '../query.js';
import type { Resource } from '../resource.js';
import { run } from '../steps.js';

type Connect = (resource: Resource, request: Request) => Promise<Answer>;

const SWITCHES = ['stdin', 'stdout', 'stderr', 'tty'];
/** Kind of the options → what of the query they hold. */
const OPTIONS: Readonly<Record<string, (query: Query) => JsonObject>> = {
  PodExecOptions: (query) => ({ ...streamsOf(query), ...(query.has('command') && { command: query.all('command') }) }),
  PodAttachOptions: (query) => streamsOf(query),
  PodPortForwardOptions: (query) => ({ ...(query.has('ports') && { ports: query.all('ports').map(Number) }) }),
  PodProxyOptions: pathOf,
  NodeProxyOptions: pathOf,
  ServiceProxyOptions: pathOf,
};

function streamsOf(query: Query): JsonObject {
  const container = query.get('container');
  const on = SWITCHES.filter((name) => query.boolean(name)).map((name) => [name, true] as const);
  return { ...Object.fromEntries(on), ...(container !== '' && { container }) };
}

function pathOf(query: Query): JsonObject {
  return query.get('path') === '' ? {} : { path: query.get('path') };
}

export function connecting(kind: keyof typeof OPTIONS, connect: Connect): Connect {
  return async (resource, request) => {
    const { admission } = request.api;
    const attributes = attributesOf(request, resource, {
      operation: 'CONNECT',
      subresource: request.info.subresource,
      object: { kind, apiVersion: 'v1', ...OPTIONS[kind]!(request.query) },
      oldObject: undefined,
      dryRun: false,
      options: {},
    });
    await run(admission.admit(attributes));
    await run(admission.validate(attributes));
    return connect(resource, request);
  };
}
