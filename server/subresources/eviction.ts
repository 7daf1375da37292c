/** `pods/<name>/eviction` (R1.26): a DELETE that asks the pod's disruption budget first. */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { fillNamespace, metaOf } from '../../schemas/object-meta.js';
import { goValue } from '../../schemas/printing/go-value.js';
import { labelSelectorOf, matchesLabels } from '../../schemas/selectors.js';
import { badRequest, forbidden, notFound, rawError, type StatusError, tooManyRequests } from '../../schemas/status.js';
import { made, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../schemas/validation/members.js';
import { collectionPrefix, resourcePrefix } from '../../storage/keys.js';
import type { Entry } from '../../storage/entry.js';
import { attributesOf } from '../admission.js';
import type { Answer, Request } from '../api.js';
import { encodeEntry, storedObject } from '../codec.js';
import { decodeBody } from '../decode.js';
import { admissionOptions, type DeleteOptions, deleteOptionsOfBody, type WriteOptions, writeOptions } from '../request-options.js';
import { fieldsOwner } from '../field-owner.js';
import { keyOf, type Resource } from '../resource.js';
import { run } from '../steps.js';
import { goSeconds } from '../time.js';
import { removeObject } from '../verbs/delete.js';
import { created, setCondition } from './binding.js';
import { viewOf } from './view.js';

const GVK = { group: 'policy', version: 'v1', kind: 'Eviction' };
const DEFINITION = 'io.k8s.api.policy.v1.Eviction';
const BUDGETS = { group: 'policy', resource: 'poddisruptionbudgets' };
const WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget.";
/** Who writes the budget: the server itself, as its own client. */
const SERVER: WriteOptions = { dryRun: false, sent: {}, fieldManager: 'kube-apiserver', fieldValidation: 'Ignore', force: false };
const DISRUPTED_PODS_MAX = 2000;
const UNGUARDED_PHASES = new Set(['Succeeded', 'Failed', 'Pending']);

export async function eviction(pods: Resource, request: Request): Promise<Answer> {
  const { api, info } = request;
  const options = writeOptions('CreateOptions', request.query, request.header('user-agent') ?? '');
  const object = decodeBody(viewOf(pods, GVK, DEFINITION), request, options.fieldValidation);
  fillNamespace(metaOf(object), info.namespace, true);
  const attributes = attributesOf(request, pods, {
    operation: 'CREATE',
    subresource: 'eviction',
    object,
    oldObject: undefined,
    dryRun: options.dryRun,
    options: admissionOptions('CreateOptions', options),
  });
  await run(api.admission.admit(attributes));
  const admitted = attributes.object!;
  if ((metaOf(admitted).name ?? '') !== info.name) throw badRequest('name in URL does not match name in Eviction object');
  const asked = deleteOptionsOf(admitted, options.dryRun);
  await run(api.admission.validate(attributes));

  const pod = podOf(pods, request);
  if (isGuarded(pod)) {
    const budgets = budgetsOf(request, pod);
    if (budgets.length > 1) throw tooManyBudgets();
    if (budgets.length === 1 && !isSpared(pod, storedObject(budgets[0]!))) await take(request, budgets[0]!, info.name, asked.dryRun);
    if (!asked.dryRun) await announce(pods, request, asked);
  }
  await removeObject(pods, request, { namespace: info.namespace, name: info.name, requestName: info.name, isAdmitted: true }, asked);
  return created();
}

/** Both places may ask for a dry run, and must agree if both do. */
function deleteOptionsOf(object: JsonObject, dryRun: boolean): DeleteOptions {
  const asked = objectAt(object, 'deleteOptions') ?? {};
  const own = [...textsAt(asked, 'dryRun')];
  if (dryRun && own.length && !equal(own, ['All']))
    throw rawError(`Non-matching dry-run options in request and content: [All] and ${goValue(own)}`);
  const given = deleteOptionsOfBody(asked);
  return { ...given, dryRun: given.dryRun || dryRun };
}

function podOf(pods: Resource, { api, info }: Request): JsonObject {
  const entry = api.store.get(keyOf(pods, info.cluster, info.namespace, info.name));
  if (!entry) throw notFound(pods.gr, info.name);
  return storedObject(entry);
}

/** A pod that does not run, or goes anyway, is nobody's budget. */
const isGuarded = (pod: JsonObject): boolean =>
  !UNGUARDED_PHASES.has(textAt(objectAt(pod, 'status'), 'phase')) && metaOf(pod).deletionTimestamp === undefined;

function budgetsOf({ api, info }: Request, pod: JsonObject): Entry[] {
  const labels = (metaOf(pod).labels ?? {}) as Record<string, string>;
  const { entries } = api.store.cacher(resourcePrefix(BUDGETS)).list({ prefix: collectionPrefix(BUDGETS, info.cluster, info.namespace) });
  return entries.filter((entry) => {
    const selector = objectAt(objectAt(storedObject(entry), 'spec'), 'selector');
    const parsed = selector && labelSelectorOf(selector);
    return parsed !== undefined && matchesLabels(parsed, labels);
  });
}

const tooManyBudgets = (): StatusError =>
  rawError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');

/** A pod that is not ready does not count, if enough others are or if its budget says so. */
function isSpared(pod: JsonObject, budget: JsonObject): boolean {
  const conditions = objectsAt(objectAt(pod, 'status'), 'conditions');
  if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return false;
  if (textAt(objectAt(budget, 'spec'), 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  const [current, desired] = ['currentHealthy', 'desiredHealthy'].map((name) => numberAt(objectAt(budget, 'status'), name) ?? 0);
  return current! >= desired! && desired! > 0;
}

/** Takes one disruption of the budget. */
async function take(request: Request, { key }: Entry, podName: string, dryRun: boolean): Promise<void> {
  const { api, info } = request;
  const budgets = api.registry.find(info.cluster, { ...BUDGETS, version: 'v1' })!;
  const now = goSeconds(api.chance.now());
  await api.store.update(key, (head) => {
    if (!head) return { type: 'keep' };
    const budget = storedObject(head);
    checkBudget(budget);
    const status = made(budget, 'status');
    const left = (numberAt(status, 'disruptionsAllowed') ?? 0) - 1;
    status['disruptionsAllowed'] = left;
    if (left === 0) forbidDisruption(budget, now);
    if (dryRun) return { type: 'keep' };
    made(status, 'disruptedPods')[podName] = now;
    fieldsOwner(budgets, request, SERVER, 'status').update(storedObject(head), budget);
    return { type: 'put', encode: (revision) => encodeEntry(budgets, budget, budget, revision) };
  });
}

function checkBudget(budget: JsonObject): void {
  const { name, generation = 0 } = metaOf(budget);
  const status = objectAt(budget, 'status');
  const refuse = (message: string, retryAfterSeconds: number): never => {
    const error = tooManyRequests(WOULD_VIOLATE, retryAfterSeconds);
    error.status.details = { causes: [{ reason: 'DisruptionBudget', message }], ...error.status.details };
    throw error;
  };
  if ((numberAt(status, 'observedGeneration') ?? 0) < generation)
    refuse(`The disruption budget ${name} is still being processed by the server.`, 10);
  const allowed = numberAt(status, 'disruptionsAllowed') ?? 0;
  const budgetGr = { group: BUDGETS.group, resource: 'poddisruptionbudget' };
  if (allowed < 0) throw forbidden(budgetGr, name!, 'pdb disruptions allowed is negative');
  if (Object.keys(objectAt(status, 'disruptedPods') ?? {}).length > DISRUPTED_PODS_MAX)
    throw forbidden(budgetGr, name!, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (allowed > 0) return;
  const failed = objectsAt(status, 'conditions').find(({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed');
  if (failed)
    refuse(`The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${textAt(failed, 'message')}`, 0);
  const [desired, current] = ['desiredHealthy', 'currentHealthy'].map((member) => numberAt(status, member) ?? 0);
  if (current! > desired!) refuse(`The disruption budget ${name} does not allow evicting pods currently`, 0);
  refuse(`The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`, 0);
}

function forbidDisruption(budget: JsonObject, now: string): void {
  const status = made(budget, 'status');
  const conditions = objectsAt(status, 'conditions');
  const old = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const observedGeneration = status['observedGeneration'];
  const set: JsonObject = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(typeof observedGeneration === 'number' && { observedGeneration }),
    lastTransitionTime: old && old['status'] === 'False' ? (old['lastTransitionTime'] ?? now) : now,
    reason: 'InsufficientPods',
    message: '',
  };
  status['conditions'] = old ? conditions.map((each) => (each === old ? set : each)) : [...conditions, set];
}

/** The pod says why it will go, before it goes; what it may not be is looked at again when it is deleted. */
async function announce(pods: Resource, { api, info }: Request, { preconditions }: DeleteOptions): Promise<void> {
  if (preconditions?.resourceVersion !== undefined) return;
  const now = goSeconds(api.chance.now());
  await api.store.update(keyOf(pods, info.cluster, info.namespace, info.name), (head) => {
    if (!head) return { type: 'keep' };
    const pod = storedObject(head);
    const before = structuredClone(objectAt(pod, 'status') ?? {});
    setCondition(
      pod,
      { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
      now,
    );
    if (equal(objectAt(pod, 'status') ?? {}, before)) return { type: 'keep' };
    return { type: 'put', encode: (revision) => encodeEntry(pods, pod, pod, revision) };
  });
}
