/** ComponentStatuses: nothing is stored, the parts of the control plane are asked (R1.33: deprecated). This process is most of them; there is no scheduler. */
import type { JsonObject } from '../../schemas/json-value.js';
import { notFound } from '../../schemas/status.js';
import { objectKey } from '../../storage/keys.js';
import type { Entry } from '../../storage/entry.js';
import type { Answer, Request } from '../api.js';
import { bytesOf, objectText } from '../codec.js';
import { listOptions } from '../request-options.js';
import type { Resource } from '../resource.js';
import { selection } from '../selection.js';

const HEALTHY: JsonObject = { type: 'Healthy', status: 'True', message: 'ok' };
const NO_SCHEDULER: JsonObject = {
  type: 'Healthy',
  status: 'False',
  message: 'Get "https://127.0.0.1:10259/healthz": dial tcp 127.0.0.1:10259: connect: connection refused',
};
const COMPONENTS: readonly (readonly [string, JsonObject])[] = [
  ['controller-manager', HEALTHY],
  ['etcd-0', HEALTHY],
  ['scheduler', NO_SCHEDULER],
];

const statusOf = ([name, condition]: readonly [string, JsonObject]): JsonObject => ({ metadata: { name }, conditions: [condition] });

export async function getComponentStatus(resource: Resource, { info }: Request): Promise<Answer> {
  const found = COMPONENTS.find(([name]) => name === info.name);
  if (!found) throw notFound({ group: '', resource: 'componentstatus' }, info.name);
  return { type: 'object', code: 200, resource, object: statusOf(found) };
}

export async function listComponentStatuses(resource: Resource, request: Request): Promise<Answer> {
  const { match } = selection(resource, request, listOptions(request.query, false));
  const entries = COMPONENTS.map((component): Entry => {
    const text = objectText(statusOf(component), resource, resource.gvk);
    return {
      key: objectKey(resource.gr, request.info.cluster, '', component[0]),
      revision: 0,
      bytes: bytesOf(`${text}\n`),
      labels: {},
      fields: {},
    };
  });
  const selected = match ? entries.filter(match) : entries;
  return { type: 'list', resource, entries: selected, revision: undefined, continue: undefined, remaining: undefined };
}
