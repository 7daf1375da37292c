/**
 * What a node's kubelet or the network of pods would answer: `log`, `exec`, `attach`, `portforward` and the proxies (R1.31). Nobody runs pods here, so
 * everything that can be said without a node is said as Kubernetes says it, and the rest is a connection that is refused.
 */
import type { JsonObject } from '../../schemas/json-value.js';
import { type FieldError, goQuote, invalidValue } from '../../schemas/field-errors.js';
import { metaOf } from '../../schemas/object-meta.js';
import { badRequest, invalid, notFound, rawError, serviceUnavailable } from '../../schemas/status.js';
import { numberAt, objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import { parseAddress } from '../../schemas/validation/ip.js';
import { objectKey } from '../../storage/keys.js';
import type { Answer, Request } from '../api.js';
import { storedObject } from '../codec.js';
import type { Resource } from '../resource.js';

const KUBELET_PORT = 10250;
/** Preferred first. */
const ADDRESS_TYPES = ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'];

function find({ api, info }: Request, resource: string, name: string, namespace = info.namespace): JsonObject {
  const entry = name === '' ? undefined : api.store.get(objectKey({ group: '', resource }, info.cluster, namespace, name));
  if (!entry) throw notFound({ group: '', resource }, name);
  return storedObject(entry);
}

const containerNames = (pod: JsonObject, list: string): string[] =>
  objectsAt(objectAt(pod, 'spec'), list).map((each) => textAt(each, 'name'));

/** The container that is meant; 400 where it is none of the pod's, or where the pod has several and none is named. */
function containerOf(pod: JsonObject, wanted: string): string {
  const { name } = metaOf(pod);
  const own = containerNames(pod, 'containers');
  const init = containerNames(pod, 'initContainers');
  const ephemeral = containerNames(pod, 'ephemeralContainers');
  if (wanted !== '') {
    if ([...own, ...init, ...ephemeral].includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  if (own.length === 1) return own[0]!;
  const further = [
    init.length ? ` or one of the init containers: [${init.join(' ')}]` : '',
    ephemeral.length ? ` or one of the ephemeral containers: [${ephemeral.join(' ')}]` : '',
  ].join('');
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${own.join(' ')}]${further}`);
}

/** `host:port` of a node's kubelet. */
function kubeletOf(request: Request, nodeName: string): string {
  const status = objectAt(find(request, 'nodes', nodeName, ''), 'status');
  const addresses = objectsAt(status, 'addresses');
  const chosen = ADDRESS_TYPES.map((type) => addresses.find((each) => each['type'] === type)).find((each) => each !== undefined);
  if (!chosen) throw rawError(`no preferred addresses found; known addresses: [${addresses.map(shown).join(' ')}]`);
  const port = numberAt(objectAt(objectAt(status, 'daemonEndpoints'), 'kubeletEndpoint'), 'Port') || KUBELET_PORT;
  return `${textAt(chosen, 'address')}:${port}`;
}

const shown = (address: JsonObject): string => `{${textAt(address, 'type')} ${textAt(address, 'address')}}`;
const refusedBy = (address: string): string => `dial tcp ${address}: connect: connection refused`;

/** GET of a log: a pod without a node has an empty one. */
export async function log(pods: Resource, request: Request): Promise<Answer> {
  const { info, query } = request;
  const errors: FieldError[] = [];
  for (const [member, min, detail] of LOG_NUMBERS) {
    const text = query.get(member);
    if (text !== '' && Number(text) < min) errors.push(invalidValue(member, Number(text), detail));
  }
  if (query.get('sinceSeconds') !== '' && query.get('sinceTime') !== '')
    errors.push(
      invalidValue('sinceSeconds', Number(query.get('sinceSeconds')), 'at most one of `sinceTime` or `sinceSeconds` may be specified'),
    );
  if (errors.length) throw invalid({ group: '', kind: 'PodLogOptions' }, info.name, errors);
  const pod = find(request, pods.gr.resource, info.name);
  const container = containerOf(pod, query.get('container'));
  const node = textAt(objectAt(pod, 'spec'), 'nodeName');
  if (node === '') return { type: 'empty', code: 204 };
  const address = kubeletOf(request, node);
  throw rawError(
    `Get "https://${address}/containerLogs/${info.namespace}/${info.name}/${container}${queryOf(request)}": ${refusedBy(address)}`,
  );
}

const LOG_NUMBERS = [
  ['tailLines', 0, 'must be greater than or equal to 0'],
  ['limitBytes', 1, 'must be greater than 0'],
  ['sinceSeconds', 1, 'must be greater than 0'],
] as const;
const LOG_QUERY = ['follow', 'limitBytes', 'previous', 'sinceSeconds', 'sinceTime', 'stream', 'tailLines', 'timestamps'];

/** What is passed on to the kubelet, sorted. */
function queryOf({ query }: Request): string {
  const parts = LOG_QUERY.filter((name) => query.get(name) !== '').map((name) => `${name}=${encodeURIComponent(query.get(name))}`);
  return parts.length ? `?${parts.join('&')}` : '';
}

/** `exec` and `attach`: a connection to a container. */
export async function containerStream(pods: Resource, request: Request): Promise<Answer> {
  const pod = find(request, pods.gr.resource, request.info.name);
  containerOf(pod, request.query.get('container'));
  return podStream(request, pod);
}

export async function portForward(pods: Resource, request: Request): Promise<Answer> {
  return podStream(request, find(request, pods.gr.resource, request.info.name));
}

function podStream(request: Request, pod: JsonObject): never {
  const node = textAt(objectAt(pod, 'spec'), 'nodeName');
  if (node === '') throw badRequest(`pod ${metaOf(pod).name} does not have a host assigned`);
  const address = kubeletOf(request, node);
  if (!request.header('upgrade')) throw badRequest('Upgrade request required');
  throw rawError(`error dialing backend: ${refusedBy(address)}`);
}

/** `name`, `name:port` or `scheme:name:port`. */
function splitName(id: string): { name: string; port: string } | undefined {
  const parts = id.split(':');
  if (parts.length === 1) return { name: id, port: '' };
  if (parts.length === 2) return { name: parts[0]!, port: parts[1]! };
  const [scheme, name, port] = parts as [string, string, string];
  return parts.length === 3 && ['', 'http', 'https'].includes(scheme) ? { name, port } : undefined;
}

const unreachable = (address: string): never => {
  throw serviceUnavailable(`error trying to reach service: ${refusedBy(address)}`);
};

function targetOf({ info }: Request, kind: string): { name: string; port: string } {
  const target = splitName(info.name);
  if (!target || target.name === '') throw badRequest(`invalid ${kind} request ${goQuote(info.name)}`);
  return target;
}

export async function podProxy(pods: Resource, request: Request): Promise<Answer> {
  const { name, port } = targetOf(request, 'pod');
  const pod = find(request, pods.gr.resource, name);
  const first = objectsAt(objectAt(pod, 'spec'), 'containers')
    .flatMap((container) => objectsAt(container, 'ports'))
    .map((each) => numberAt(each, 'containerPort'))[0];
  const ip = textAt(objectAt(pod, 'status'), 'podIP');
  if (!parseAddress(ip)) throw badRequest('address not allowed');
  return unreachable(`${ip}:${port || first || 80}`);
}

export async function nodeProxy(_nodes: Resource, request: Request): Promise<Answer> {
  const { name, port } = targetOf(request, 'node');
  const address = kubeletOf(request, name);
  return unreachable(port === '' ? address : address.replace(/:\d+$/, `:${port}`));
}

export async function serviceProxy(services: Resource, request: Request): Promise<Answer> {
  const { name, port } = targetOf(request, 'service');
  const service = find(request, services.gr.resource, name);
  let portName = port;
  if (/^\d+$/.test(port)) {
    const ports = objectsAt(objectAt(service, 'spec'), 'ports');
    const found = ports.find((each) => numberAt(each, 'port') === Number(port));
    if (!found) throw serviceUnavailable(`no service port ${port} found for service ${goQuote(name)}`);
    portName = textAt(found, 'name');
  }
  const subsets = objectsAt(find(request, 'endpoints', name), 'subsets');
  if (subsets.length === 0) throw serviceUnavailable(`no endpoints available for service ${goQuote(name)}`);
  for (const subset of subsets) {
    const target = objectsAt(subset, 'ports').find((each) => portName === '' || textAt(each, 'name') === portName);
    const address = objectsAt(subset, 'addresses')[0];
    if (target && address) return unreachable(`${textAt(address, 'ip')}:${numberAt(target, 'port')}`);
  }
  throw serviceUnavailable(`no endpoints available for service ${goQuote(request.info.name)}`);
}
