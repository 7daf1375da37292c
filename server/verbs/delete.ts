import { clone, equal, type JsonObject } from '../../schemas/json-value.js';
import { badRequest, conflict, notFound, type Status } from '../../schemas/status.js';
import type { Entry } from '../../storage/entry.js';
import { type Attributes, attributesOf } from '../admission.js';
import type { Answer, Request } from '../api.js';
import { metaOf, type ObjectMeta } from '../../schemas/object-meta.js';
import { convertStored, encodeEntry, storedObject } from '../codec.js';
import { type Decision, decideOn } from '../decide.js';
import { decodeDeleteOptions } from '../decode.js';
import { type DeleteOptions, deleteOptionsOfBody, deleteOptionsOfQuery } from '../request-options.js';
import { keyOf, type Resource } from '../resource.js';
import { type Steps, settled } from '../steps.js';
import { goSeconds } from '../time.js';

/** DELETE of one object: rest.md §4.5. */
export async function remove(resource: Resource, request: Request): Promise<Answer> {
  const { info } = request;
  if (info.name === '') throw badRequest('name must be provided');
  const options = deleteOptions(resource, request);
  return removeObject(resource, request, { namespace: info.namespace, name: info.name, requestName: info.name }, options);
}

/** The body's options if there is a body, else the query's (R4.1). Whoever does not say what becomes of a job's pods is told, whatever comes of it. */
export function deleteOptions(resource: Resource, request: Request): DeleteOptions {
  const body = decodeDeleteOptions(request);
  const options = body ? deleteOptionsOfBody(body) : deleteOptionsOfQuery(request.query);
  const { group, kind } = resource.gvk;
  if (group === 'batch' && kind === 'Job' && !options.propagationPolicy && options.orphanDependents === undefined)
    request.warn(
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    );
  return options;
}

interface Removal extends Decision {
  /** `going`: marked by this write, and removed by the next. */
  answer: 'missing' | 'removed' | 'marked' | 'going';
  object: JsonObject;
}

export interface Target {
  namespace: string;
  name: string;
  /** What admission is told; empty inside a deletecollection (C1.3). */
  requestName: string;
  /** It is part of a request that admission has let through (an eviction). */
  isAdmitted?: true;
  /** Told that it is decided on, and why it is refused if it is, before anything is durable. */
  onDecided?(refusal?: unknown): void;
}

/** Deletes, or marks for deletion where finalizers or a grace period hold it (R4.42–R4.50). Throws 404, 409, 403. */
export async function removeObject(resource: Resource, request: Request, target: Target, options: DeleteOptions): Promise<Answer> {
  const key = keyOf(resource, request.info.cluster, target.namespace, target.name);
  const { store } = request.api;
  let { decision, entry } = await decideOn(store, key, (head) => told(target, decide(resource, request, target, options, head)));
  if (decision.answer === 'going') {
    const marked = decision.object;
    ({ decision, entry } = await decideOn(store, key, (head) => removeMarked(resource, marked, head)));
  }
  const { answer, object } = decision;
  if (decision.write) await resource.allocator?.settled();
  if (answer === 'missing') throw notFound(resource.gr, target.name);
  if (answer === 'marked') {
    const code = options.orphanDependents === false ? 202 : 200;
    return decision.write && entry ? { type: 'entry', code, resource, entry } : { type: 'object', code, resource, object };
  }
  if (!resource.kind.deleteReturnsObject) return { type: 'status', code: 200, status: removedStatus(resource, target.name, object) };
  if (entry) metaOf(object).resourceVersion = String(entry.revision);
  return { type: 'object', code: 200, resource, object };
}

/** R4.45 */
function removedStatus(resource: Resource, name: string, object: JsonObject): Status {
  const { group } = resource.gr;
  const uid = metaOf(object).uid!;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group && { group }), kind: resource.gr.resource, uid },
  };
}

function* told({ onDecided }: Target, steps: Steps<Removal>): Steps<Removal> {
  try {
    const removal = yield* steps;
    onDecided?.();
    return removal;
  } catch (error) {
    onDecided?.(error);
    throw error;
  }
}

function* decide(resource: Resource, request: Request, target: Target, options: DeleteOptions, head: Entry | undefined): Steps<Removal> {
  if (!head) return { answer: 'missing', object: {} };
  const stored = storedObject(head);
  const object = yield* settled(convertStored(resource, clone(stored)));
  checkPreconditions(resource, target.name, metaOf(object), options);
  const { deletionOptions } = resource.strategy;
  const shown = deletionOptions ? deletionOptions(object, options) : options;
  if (shown && !target.isAdmitted) {
    const attributes = attributesFor(resource, request, target, shown, object);
    yield* request.api.admission.admit(attributes);
    yield* request.api.admission.validate(attributes);
  }
  const now = request.api.chance.now();
  const marked = clone(stored);
  const hold = mark(resource, marked, options, now);
  if (hold.isHeld) {
    if (equal(marked, stored)) return { answer: 'marked', object };
    const served = yield* settled(convertStored(resource, clone(marked)));
    if (options.dryRun) return { answer: 'marked', object: served };
    return {
      answer: 'marked',
      object: served,
      write: { type: 'put', encode: (revision) => encodeEntry(resource, marked, served, revision) },
    };
  }
  const last = hold.keepsMark ? marked : stored;
  const served = yield* settled(convertStored(resource, clone(last)));
  if (options.dryRun) return { answer: 'removed', object: served };
  const encode = (revision: number) => encodeEntry(resource, last, served, revision);
  if (hold.keepsMark && !equal(marked, stored)) return { answer: 'going', object: served, write: { type: 'put', encode } };
  return { answer: 'removed', object: served, write: { type: 'delete', encode } };
}

/** R4.47: watchers see the mark before its object goes. Who was quicker to remove it did the same. */
function* removeMarked(resource: Resource, marked: JsonObject, head: Entry | undefined): Steps<Removal> {
  const last = head && storedObject(head);
  if (!last || metaOf(last).uid !== metaOf(marked).uid) return { answer: 'removed', object: marked };
  const served = yield* settled(convertStored(resource, clone(last)));
  return {
    answer: 'removed',
    object: served,
    write: { type: 'delete', encode: (revision) => encodeEntry(resource, last, served, revision) },
  };
}

interface Hold {
  /** The object stays, marked. */
  isHeld: boolean;
  /** It goes, but is marked before (R4.47). */
  keepsMark: boolean;
}

/** Sets finalizers, deletionTimestamp, grace period and generation on `object` as the delete asks (R4.42, R4.43, R4.47). */
function mark(resource: Resource, object: JsonObject, options: DeleteOptions, now: number): Hold {
  const meta = metaOf(object);
  const own = resource.strategy.beginDeletion;
  decideFinalizers(resource, meta, options);
  if (own) return own(object, options, now);
  if (!meta.finalizers?.length) return { isHeld: false, keepsMark: false };
  stamp(meta, now, 0);
  return { isHeld: true, keepsMark: false };
}

/** The first mark of an object: time, grace period, generation (R4.43, R4.48). A second one moves nothing (R4.44). */
export function stamp(meta: ObjectMeta, now: number, graceSeconds: number): void {
  if (meta.deletionTimestamp !== undefined) return;
  meta.deletionTimestamp = goSeconds(now + graceSeconds * 1000);
  meta.deletionGracePeriodSeconds = graceSeconds;
  if (meta.generation) meta.generation += 1;
}

/** R4.42 */
function decideFinalizers(resource: Resource, meta: ObjectMeta, options: DeleteOptions): void {
  const { defaultPropagation } = resource.kind;
  if (defaultPropagation === 'None') return;
  const before = meta.finalizers ?? [];
  const others = before.filter((f) => f !== 'orphan' && f !== 'foregroundDeletion');
  const asked = options.orphanDependents === undefined ? options.propagationPolicy : options.orphanDependents ? 'Orphan' : 'Background';
  let add: string[];
  if (asked !== undefined) add = asked === 'Orphan' ? ['orphan'] : asked === 'Foreground' ? ['foregroundDeletion'] : [];
  else {
    add = before.filter((f) => f === 'orphan' || f === 'foregroundDeletion');
    if (add.length === 0 && defaultPropagation === 'Orphan') add = ['orphan'];
  }
  const after = [...others, ...add];
  if (after.length === before.length && after.every((f) => before.includes(f))) return;
  if (after.length) meta.finalizers = after;
  else delete meta.finalizers;
}

/** R4.50: empty strings are compared too. */
function checkPreconditions(resource: Resource, name: string, meta: ObjectMeta, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  // these two judge preconditions themselves
  const { kind } = resource.gvk;
  const isByKind = !resource.isCustom && (kind === 'Namespace' || kind === 'CustomResourceDefinition');
  const refuse = (what: string, wanted: string, stored: unknown, then: string): never => {
    if (isByKind)
      throw conflict(
        resource.gr,
        name,
        `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${String(stored)}`,
      );
    const text = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${String(stored)}). The object might have been ${then}`;
    throw conflict({ group: resource.storedGvk.group, resource: resource.gvk.kind }, name, text);
  };
  if (uid !== undefined && uid !== meta.uid) refuse('UID', uid, meta.uid, 'deleted and then recreated');
  if (resourceVersion !== undefined && resourceVersion !== meta.resourceVersion)
    refuse('ResourceVersion', resourceVersion, meta.resourceVersion, 'modified');
}

function attributesFor(resource: Resource, request: Request, target: Target, options: DeleteOptions, oldObject: JsonObject): Attributes {
  return attributesOf(request, resource, {
    operation: 'DELETE',
    subresource: '',
    namespace: target.namespace,
    name: target.requestName,
    object: undefined,
    oldObject,
    dryRun: options.dryRun,
    options: admissionDeleteOptions(options),
  });
}

function admissionDeleteOptions(options: DeleteOptions): JsonObject {
  const { gracePeriodSeconds, orphanDependents, propagationPolicy, preconditions, dryRun } = options;
  return {
    kind: 'DeleteOptions',
    apiVersion: 'meta.k8s.io/v1',
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(orphanDependents !== undefined && { orphanDependents }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
    ...(preconditions && { preconditions: { ...preconditions } }),
    ...(dryRun && { dryRun: ['All'] }),
  };
}
