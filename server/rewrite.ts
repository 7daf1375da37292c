/**
 * The one pipeline behind PUT, every PATCH and every subresource that writes its object (R4.21 from the load on). It runs synchronously on the
 * newest entry inside `store.update`, so that nobody can come in between; only when admission or conversion must ask outside
 * does it read, ask, and start again if another writer was faster.
 */
import type { Said } from '../schemas/said.js';
import type { FieldError } from '../schemas/field-errors.js';
import { apiVersionOf } from '../schemas/group-version.js';
import { equal, type JsonObject } from '../schemas/json-value.js';
import { dedupOwnerReferences, keepOnUpdate, metaOf, type ObjectMeta } from '../schemas/object-meta.js';
import { conflict, invalid, modifiedConflict, notFound, rawError, type StatusError } from '../schemas/status.js';
import type { Entry } from '../storage/entry.js';
import { attributesOf } from './admission.js';
import type { Allocation } from './allocation.js';
import type { Answer, Request } from './api.js';
import { writeContext } from './auth/write-context.js';
import { type Decision, decideOn } from './decide.js';
import { asIfStored, encodeEntry, servedObject, storedForm, storedObject } from './codec.js';
import { sameButTimes, untilConverted } from './field-owner.js';
import { invalidValue } from '../schemas/field-errors.js';
import { inWordsOf, metadataFindingsOnUpdate } from './metadata.js';
import { keyOf, type Resource } from './resource.js';
import { parseUintError } from './revision.js';
import { type Steps, settled } from './steps.js';
import type { Strategy } from './strategy.js';

export interface Rewriting {
  subresource: string;
  strategy: Strategy;
  dryRun: boolean;
  /** What admission is told of the options. */
  options: JsonObject;
  /** The submitted object, managed fields included, from the stored one (served version; it stays as it is). Throws StatusError to refuse. */
  submit(old: JsonObject, entry: Entry): JsonObject;
  /** What the submitted object was said to be in other words, to be read after `submit`. */
  said?: readonly Said[];
  /** The body's uid is a precondition (PUT, R3.28); elsewhere a change of it is a finding (R3.29). */
  isUidPrecondition: boolean;
  /** What to do when there is no object; 404 if absent. */
  onMissing?: () => Promise<Answer>;
  /** As what admission sees and changes the object; the object itself if absent. */
  view?: { show(object: JsonObject): JsonObject; take(object: JsonObject, shown: JsonObject): void };
  /** Turns the written object into the answer; the object itself if absent. */
  answer?(object: JsonObject): Answer;
}

interface Outcome extends Decision {
  /** What is answered; undefined: there is no such object. */
  object: JsonObject | undefined;
  toDelete: boolean;
}

export async function rewrite(resource: Resource, request: Request, name: string, how: Rewriting): Promise<Answer> {
  const key = keyOf(resource, request.info.cluster, request.info.namespace, name);
  const allocation = how.subresource === '' ? resource.allocator?.begin(request.info.cluster, how.dryRun) : undefined;
  const { decision, entry } = await decideOn(request.api.store, key, (head) =>
    decide(resource, request, name, head, how, allocation),
  ).finally(() => allocation?.end());
  const { object, write, toDelete } = decision;
  if (!object) {
    if (!how.onMissing) throw notFound(resource.gr, name);
    return how.onMissing();
  }
  const isWritten = write !== undefined && !toDelete;
  // what a custom resource's storage version does not know is gone
  const read = async (): Promise<JsonObject> => (resource.isCustom ? servedObject(resource, entry!) : withRevision(object, entry!));
  if (how.answer) return how.answer(isWritten ? await read() : object);
  return isWritten ? { type: 'entry', code: 200, resource, entry: entry! } : { type: 'object', code: 200, resource, object };
}

function withRevision(object: JsonObject, entry: Entry): JsonObject {
  metaOf(object).resourceVersion = String(entry.revision);
  return object;
}

function* decide(
  resource: Resource,
  request: Request,
  name: string,
  head: Entry | undefined,
  how: Rewriting,
  allocation: Allocation | undefined,
): Steps<Outcome> {
  if (!head) return { object: undefined, toDelete: false };
  const { strategy, subresource, view } = how;
  const old = yield* settled(servedObject(resource, head));
  // What the store has may tell more than anybody is shown.
  const before = resource.schema.shown ? storedObject(head) : old;
  const oldMeta = metaOf(old);
  const submitted = yield* untilConverted(() => how.submit(old, head));
  const meta = metaOf(submitted);
  if (how.isUidPrecondition) checkUid(resource, oldMeta, meta, name, how.dryRun);
  // R3.24: a patch is looked at once, after mutation
  if (how.isUidPrecondition) request.warn(dedupOwnerReferences(meta, 'before mutation'));

  const attributes = attributesOf(request, resource, {
    operation: 'UPDATE',
    subresource,
    name,
    object: view ? view.show(submitted) : submitted,
    oldObject: view ? view.show(old) : old,
    dryRun: how.dryRun,
    options: how.options,
  });
  yield* request.api.admission.admit(attributes);
  view?.take(submitted, attributes.object!);
  const object = view ? submitted : attributes.object!;
  checkRevision(resource, object, head, name);
  request.warn(dedupOwnerReferences(metaOf(object), 'after mutation'));
  keepOnUpdate(metaOf(object), oldMeta);
  // It is the store that drops it.
  if (!how.dryRun) delete metaOf(object).selfLink;
  if (oldMeta.generation === undefined) delete metaOf(object).generation;
  else metaOf(object).generation = oldMeta.generation;
  allocation?.allocate(object, old);
  strategy.prepareForUpdate(object, before, writeContext(request));
  const findings = (wanted: JsonObject, warnings: string[]): FieldError[] => {
    const inMetadata = metadataFindingsOnUpdate(resource, wanted, old, subresource);
    return [...inMetadata, ...strategy.validateUpdate(wanted, old, warnings, inMetadata)];
  };
  const warnings: string[] = [];
  const errors = findings(object, warnings);
  for (const text of warnings) request.warn(text);
  if (errors.length)
    throw invalid(
      resource.storedGvk,
      name,
      inWordsOf(object, how.said ?? [], errors, (wanted) => findings(wanted, [])),
    );
  for (const text of strategy.warnings(object, old)) request.warn(text);
  strategy.canonicalize(object);
  resource.schema.settle(object);
  if (view) attributes.object = view.show(object);
  yield* request.api.admission.validate(attributes);

  metaOf(object).resourceVersion = String(head.revision);
  const toDelete = isReadyToGo(object);
  const isSame = !toDelete && sameButTimes(object, before);
  if (isSame && !resource.isCustom && !request.api.isStale(head.key)) return { object: old, toDelete: false };
  if (how.dryRun) return { object: isSame ? old : yield* asIfStored(resource, object), toDelete };
  if (toDelete)
    return { object, toDelete, write: { type: 'delete', encode: (revision) => encodeEntry(resource, storedObject(head), old, revision) } };
  const converted = yield* settled(storedForm(resource, object));
  if (isSame && isStoredSo(resource, storedObject(head), converted) && !request.api.isStale(head.key))
    return { object: old, toDelete: false };
  return { object, toDelete, write: { type: 'put', encode: (revision) => encodeEntry(resource, converted, object, revision) } };
}

/** Whether the bytes would be the same: a definition may have another storage version, or other defaults, since they were written. */
function isStoredSo(resource: Resource, stored: JsonObject, converted: JsonObject): boolean {
  const { apiVersion: version, ...before } = stored;
  const { apiVersion: _, ...after } = converted;
  return version === apiVersionOf(resource.storedGvk) && equal(before, after);
}

/** R3.28: precedes everything else. */
function checkUid(resource: Resource, oldMeta: ObjectMeta, meta: ObjectMeta, name: string, dryRun: boolean): void {
  const wanted = meta.uid ?? '';
  const stored = oldMeta.uid ?? '';
  if (wanted === '' || wanted === stored) return;
  throw uidPrecondition(resource, wanted, stored, name, oldMeta.namespace ?? '', dryRun);
}

/** Also for a PUT that would create (R3.30), where `stored` is empty. */
export function uidPrecondition(
  resource: Resource,
  wanted: string,
  stored: string,
  name: string,
  namespace: string,
  dryRun: boolean,
): StatusError {
  return preconditionFailed(resource, `UID in precondition: ${wanted}, UID in object meta: ${stored}`, name, namespace, dryRun);
}

/** R3.28's StorageError: the store found a precondition unmet. */
export function preconditionFailed(resource: Resource, what: string, name: string, namespace: string, dryRun: boolean): StatusError {
  const place = namespace === '' ? '' : `${namespace}/`;
  // A dry run asks above the layer that knows the prefix of all keys.
  const key = `${dryRun ? '' : '/registry'}/${storagePath(resource)}/${place}${name}`;
  return conflict(
    resource.gr,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${what}`,
  );
}

/** Where Kubernetes keeps what is not under the plain name of its resource. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'replicationcontrollers.': 'controllers',
  'endpoints.': 'services/endpoints',
  'services.': 'services/specs',
  'nodes.': 'minions',
  'ingresses.networking.k8s.io': 'ingress',
};
const UNDER_GROUP: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

function storagePath({ isCustom, gr: { group, resource } }: Resource): string {
  if (isCustom || UNDER_GROUP.has(group)) return `${group}/${resource}`;
  return ELSEWHERE[`${resource}.${group}`] ?? resource;
}

/** R3.28: `''` and `0` are unconditional, if the kind allows it. */
function checkRevision(resource: Resource, object: JsonObject, head: Entry, name: string): void {
  const version = metaOf(object).resourceVersion ?? '';
  if (version !== '') {
    const why = parseUintError(version);
    if (why !== undefined) throw rawError(why);
  }
  if (version === '' || /^0+$/.test(version)) {
    if (resource.kind.allowUnconditionalUpdate) return;
    throw invalid({ group: resource.gr.group, kind: resource.gr.resource }, name, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  }
  if (BigInt(version) !== BigInt(head.revision)) throw modifiedConflict(resource.gr, name);
}

/** R3.32 */
export function isReadyToGo(object: JsonObject): boolean {
  const meta = metaOf(object);
  return meta.deletionTimestamp !== undefined && !meta.finalizers?.length && !meta.deletionGracePeriodSeconds && !holdsItself(object);
}

/** R4.60: a namespace has a second list of finalizers. */
function holdsItself({ apiVersion, kind, spec }: JsonObject): boolean {
  if (apiVersion !== 'v1' || kind !== 'Namespace') return false;
  return Boolean(((spec as JsonObject | undefined)?.['finalizers'] as string[] | undefined)?.length);
}
