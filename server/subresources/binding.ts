/** `pods/<name>/binding` and `bindings` (R1.27): puts a pod on a node, once. */
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import { fillNamespace, metaOf, wipeForCreate } from '../../schemas/object-meta.js';
import { badRequest, conflict, notFound, rawError, type Status } from '../../schemas/status.js';
import { rulesOf } from '../../schemas/validation/index.js';
import { made, objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import { attributesOf } from '../admission.js';
import type { Answer, Request } from '../api.js';
import { encodeEntry, storedObject } from '../codec.js';
import { decodeBody } from '../decode.js';
import { admissionOptions, writeOptions } from '../request-options.js';
import { keyOf, type Resource } from '../resource.js';
import { preconditionFailed, uidPrecondition } from '../rewrite.js';
import { run } from '../steps.js';
import { goSeconds } from '../time.js';
import { viewOf } from './view.js';

const GVK = { group: '', version: 'v1', kind: 'Binding' };
const DEFINITION = 'io.k8s.api.core.v1.Binding';

/** What a POST answers that made nothing to show. */
export const created = (): Answer => {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return { type: 'status', code: 201, status };
};

export async function binding(pods: Resource, request: Request): Promise<Answer> {
  return bind(pods, request, viewOf(pods, GVK, DEFINITION), 'binding');
}

/** The older path: the pod is the one that the body names. */
export async function bindings(resource: Resource, request: Request): Promise<Answer> {
  const pods = request.api.registry.find(request.info.cluster, { group: '', version: 'v1', resource: 'pods' })!;
  return bind(pods, request, resource, '');
}

async function bind(pods: Resource, request: Request, view: Resource, subresource: string): Promise<Answer> {
  const { info } = request;
  const options = writeOptions('CreateOptions', request.query, request.header('user-agent') ?? '');
  const object = decodeBody(view, request, options.fieldValidation);
  // not wiped but for these: the revision and, on the pod's own path, the uid are preconditions on the pod
  const { uid, resourceVersion } = metaOf(object);
  wipeForCreate(metaOf(object));
  fillNamespace(metaOf(object), info.namespace, true);
  const attributes = attributesOf(request, subresource === '' ? view : pods, {
    operation: 'CREATE',
    subresource,
    object,
    oldObject: undefined,
    dryRun: options.dryRun,
    options: admissionOptions('CreateOptions', options),
  });
  await run(request.api.admission.admit(attributes));
  const admitted = attributes.object!;
  const name = metaOf(admitted).name ?? '';
  if (subresource !== '' && name !== info.name) throw badRequest('name in URL does not match name in Binding object');
  const errors = rulesOf('', 'Binding')!.validate!(admitted);
  if (errors.length) throw rawError(aggregate(errors.map(({ field, body }) => `${field}: ${body}`)));
  await run(request.api.admission.validate(attributes));
  await assign(pods, request, admitted, {
    name,
    uid: (subresource !== '' && uid) || '',
    resourceVersion: resourceVersion ?? '',
    dryRun: options.dryRun,
  });
  return created();
}

/** Several errors as Go prints them together. */
const aggregate = (texts: readonly string[]): string => (texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`);

interface Assignment {
  name: string;
  uid: string;
  resourceVersion: string;
  dryRun: boolean;
}

async function assign(pods: Resource, request: Request, bound: JsonObject, how: Assignment): Promise<void> {
  const { api, info } = request;
  const { name, uid, resourceVersion, dryRun } = how;
  if (name === '') throw notFound(pods.gr, name);
  await api.store.update(keyOf(pods, info.cluster, info.namespace, name), (head) => {
    if (!head) throw notFound(pods.gr, name);
    const pod = storedObject(head);
    const meta = metaOf(pod);
    const revision = String(head.revision);
    if (uid !== '' && uid !== meta.uid) throw uidPrecondition(pods, uid, meta.uid ?? '', name, info.namespace, dryRun);
    if (resourceVersion !== '' && resourceVersion !== revision) {
      const what = `ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${revision}`;
      throw preconditionFailed(pods, what, name, info.namespace, dryRun);
    }
    const refuse = (why: string): never => {
      throw conflict({ group: '', resource: 'pods/binding' }, name, why);
    };
    const problem = whyNot(pod);
    if (problem !== undefined) refuse(problem);
    putOn(pod, bound, goSeconds(api.chance.now()));
    if (dryRun) return { type: 'keep' };
    return { type: 'put', encode: (revision) => encodeEntry(pods, pod, pod, revision) };
  });
}

function whyNot(pod: JsonObject): string | undefined {
  const { name, deletionTimestamp } = metaOf(pod);
  const spec = objectAt(pod, 'spec');
  const node = textAt(spec, 'nodeName');
  if (deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (node !== '') return `pod ${name} is already assigned to node ${JSON.stringify(node)}`;
  if (objectsAt(spec, 'schedulingGates').length) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}

function putOn(pod: JsonObject, bound: JsonObject, now: string): void {
  made(pod, 'spec')['nodeName'] = textAt(objectAt(bound, 'target'), 'name');
  for (const member of ['annotations', 'labels'] as const) {
    const given = (bound['metadata'] as JsonObject)[member];
    if (isObject(given)) Object.assign(made(made(pod, 'metadata'), member), given);
  }
  setCondition(pod, { type: 'PodScheduled', status: 'True' }, now);
}

/** Sets a condition of a pod's status; its time moves only with its status. */
export function setCondition(pod: JsonObject, condition: JsonObject, now: string): void {
  const status = made(pod, 'status');
  const before = objectsAt(status, 'conditions');
  const old = before.find(({ type }) => type === condition['type']);
  const lastTransitionTime = old && old['status'] === condition['status'] ? (old['lastTransitionTime'] ?? now) : now;
  const { type, status: value, ...rest } = condition;
  const set: JsonObject = { type: type!, status: value!, lastProbeTime: null, lastTransitionTime, ...rest };
  status['conditions'] = old ? before.map((each) => (each === old ? set : each)) : [...before, set];
}
