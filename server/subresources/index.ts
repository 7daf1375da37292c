/** The table of subresources. Those that are not in it are read and written as their object (`status`, `approval`, …). */
import { unknownResource } from '../../schemas/status.js';
import type { Answer, Request } from '../api.js';
import type { Resource } from '../resource.js';
import { get } from '../verbs/get.js';
import { patch } from '../verbs/patch.js';
import { update } from '../verbs/update.js';
import { binding } from './binding.js';
import { connecting } from './connect.js';
import { eviction } from './eviction.js';
import { containerStream, log, nodeProxy, podProxy, portForward, serviceProxy } from './node-streams.js';
import { scale } from './scale.js';
import { token } from './token.js';

export type SubresourceFunction = (resource: Resource, request: Request) => Promise<Answer>;

/** By name, or by `resource.group/name` where only one kind has it. */
const table: Record<string, SubresourceFunction> = {
  scale,
  'pods/binding': binding,
  'pods/eviction': eviction,
  'pods/log': log,
  'pods/exec': connecting('PodExecOptions', containerStream),
  'pods/attach': connecting('PodAttachOptions', containerStream),
  'pods/portforward': connecting('PodPortForwardOptions', portForward),
  'pods/proxy': connecting('PodProxyOptions', podProxy),
  'nodes/proxy': connecting('NodeProxyOptions', nodeProxy),
  'services/proxy': connecting('ServiceProxyOptions', serviceProxy),
  'serviceaccounts/token': token,
};

export async function runSubresource(resource: Resource, request: Request, name: string): Promise<Answer> {
  const { group, resource: plural } = resource.gr;
  const own = table[`${group ? `${plural}.${group}` : plural}/${name}`] ?? table[name];
  if (own) return own(resource, request);
  if (!resource.strategy.subresources[name]) throw unknownResource();
  switch (request.info.verb) {
    case 'get':
      return get(resource, request);
    case 'update':
      return update(resource, request, name);
    case 'patch':
      return patch(resource, request, name);
    default:
      throw unknownResource();
  }
}
