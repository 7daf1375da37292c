import { builtinSchema } from '../../schemas/builtin-schema.js';
import { mergeTypeOfDefinition } from '../../schemas/apply/merge-type-of-definition.js';
import { parentManagedFields, scaleManagedFields } from '../../schemas/apply/scale.js';
import { managedFieldsOf, setManagedFields } from '../../schemas/apply/managed-fields.js';
import { SCALE_COLUMNS } from '../../schemas/crd/columns.js';
import { emptyReplicas, noReplicas, type ScalePaths, scaleOf, setReplicas } from '../../schemas/crd/scale.js';
import { invalidValue } from '../../schemas/field-errors.js';
import { clone, equal, isObject, type JsonObject } from '../../schemas/json-value.js';
import { fillNamespace, metaOf, type MetaRules, type ObjectMeta, validateOnCreate } from '../../schemas/object-meta.js';
import { dnsSubdomain } from '../../schemas/names.js';
import { formatLabelSelector, labelSelectorOf, printLabelSelector } from '../../schemas/selectors.js';
import { badRequest, conflict, internalError, invalid, notFound, rawError, StatusError } from '../../schemas/status.js';
import { cellsOf, type Column, columnsOf, definitionsOf } from '../../schemas/tables/index.js';
import type { Answer, Request } from '../api.js';
import { convertStored, storedObject } from '../codec.js';
import { decodeBody } from '../decode.js';
import { fieldsOwner } from '../field-owner.js';
import { admissionOptions, type WriteOptions, writeOptions } from '../request-options.js';
import { apiVersion, isNamespaced, keyOf, type Resource, type TablePrinter } from '../resource.js';
import { rewrite } from '../rewrite.js';
import { APPLY_TYPE, applyPatch, decodePatch, patchType } from '../verbs/patch.js';
import { decodeApplied } from '../verbs/apply.js';
import { reachAsked } from '../verbs/get.js';
import { checkName } from '../verbs/update.js';

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const DEFINITION = 'io.k8s.api.autoscaling.v1.Scale';
const BUILTIN_PATHS: ScalePaths = { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', labelSelector: '' };

/** GET, PUT and PATCH of `/scale` (R1.25, B5.20–B5.22): another view of the parent's replicas. */
export async function scale(parent: Resource, request: Request): Promise<Answer> {
  const view = scaleResource(parent);
  switch (request.info.verb) {
    case 'get':
      return { type: 'object', code: 200, resource: view, object: await read(parent, request) };
    case 'update':
      return update(parent, view, request);
    default:
      return patch(parent, view, request);
  }
}

async function read(parent: Resource, request: Request): Promise<JsonObject> {
  const { info, api } = request;
  await reachAsked(request);
  const entry = api.store.get(keyOf(parent, info.cluster, info.namespace, info.name));
  if (!entry) throw notFound(parent.gr, info.name);
  const object = await convertStored(parent, storedObject(entry));
  if (parent.scale && !hasReplicas(parent, object)) throw internalError(noReplicas(parent.scale));
  return scaleFrom(parent, object);
}

/** The Scale itself leaves out 0 as well (B5.20). */
const hasReplicas = (parent: Resource, object: JsonObject): boolean =>
  scaleOf(object, parent.scale ?? BUILTIN_PATHS).replicas !== undefined;

function scaleFrom(parent: Resource, object: JsonObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metaOf(object);
  const { replicas, statusReplicas, selector } = scaleOf(object, parent.scale ?? BUILTIN_PATHS);
  const text = parent.scale ? selector : selectorOf(parent, object);
  return {
    kind: SCALE.kind,
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: name!,
      ...(namespace && { namespace }),
      uid: uid!,
      resourceVersion: resourceVersion!,
      creationTimestamp: creationTimestamp!,
    },
    spec: replicas ? { replicas } : {},
    status: { replicas: statusReplicas, ...(text !== '' && { selector: text }) },
  };
}

/** The selector in its string form; ReplicationControllers have plain labels. */
function selectorOf(parent: Resource, object: JsonObject): string {
  const selector = isObject(object['spec']) ? object['spec']['selector'] : undefined;
  if (!isObject(selector)) return '';
  if (parent.gvk.kind === 'ReplicationController') return printLabelSelector(labelSelectorOf({ matchLabels: selector }) ?? []);
  const text = formatLabelSelector(selector);
  return text.startsWith('<') ? '' : text;
}

async function update(parent: Resource, view: Resource, request: Request): Promise<Answer> {
  const options = writeOptions('UpdateOptions', request.query, request.header('user-agent') ?? '');
  const body = parent.isCustom ? decodeForCustom(view, request, options) : decodeBody(view, request, options.fieldValidation);
  fillNamespace(metaOf(body), request.info.namespace, isNamespaced(parent));
  checkName(metaOf(body), request.info.name);
  return write(parent, view, request, 'UpdateOptions', options, (old) =>
    fieldsOwner(view, request, options, 'scale').update(old, clone(body)),
  );
}

/** B5.21: what cannot be read as a Scale is said to be of a kind that nobody knows *(quirk)*. */
function decodeForCustom(view: Resource, request: Request, options: WriteOptions): JsonObject {
  try {
    return decodeBody(view, request, options.fieldValidation);
  } catch (error) {
    if (error instanceof StatusError && error.code === 400 && !error.message.includes('strict decoding error'))
      throw badRequest('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"');
    throw error;
  }
}

async function patch(parent: Resource, view: Resource, request: Request): Promise<Answer> {
  const type = patchType(parent, request);
  const isApply = type === APPLY_TYPE;
  const options = writeOptions('PatchOptions', request.query, request.header('user-agent') ?? '', { isApply });
  let document: ReturnType<typeof decodePatch> | undefined;
  return write(parent, view, request, 'PatchOptions', options, (old) => {
    if (isApply) {
      const applied = decodeApplied(view, request).object;
      if (parent.isCustom && managedFieldsOf(old) === undefined)
        throw unconverted('create manager for existing fields: failed to convert live', '/');
      const merged = fieldsOwner(view, request, options, 'scale').apply(old, applied);
      if (parent.isCustom && !equal(withoutManagedFields(merged), withoutManagedFields(old))) {
        const { namespace = '', name = '' } = metaOf(applied);
        throw unconverted('convert new', `${namespace}/${name}`);
      }
      view.schema.conform(merged, []);
      return merged;
    }
    document ??= decodePatch(view, type, request.body, options.fieldValidation);
    const patched = applyPatch(view, request, document, old, options);
    return fieldsOwner(view, request, options, 'scale').update(old, patched);
  });
}

/** Kubernetes converts merged Scales like objects of the definition, which does not work *(quirk)*. */
const unconverted = (what: string, object: string): StatusError =>
  rawError(
    `failed to ${what} object (${object}; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1`,
  );

function withoutManagedFields(scale: JsonObject): JsonObject {
  const { managedFields: _, ...metadata } = metaOf(scale);
  return { ...scale, metadata: metadata as JsonObject };
}

const replicasIn = (scale: JsonObject): number => ((scale['spec'] as JsonObject | undefined)?.['replicas'] as number | undefined) ?? 0;

/** What a Scale has for replicas that the custom resource does not have; whoever leaves it so sets none (B5.21). */
const NO_REPLICAS = -(2 ** 31);

/** `make` turns the Scale of now into the wanted one with its managed fields. */
function write(
  parent: Resource,
  view: Resource,
  request: Request,
  optionsKind: string,
  options: WriteOptions,
  make: (old: JsonObject) => JsonObject,
): Promise<Answer> {
  const paths = parent.scale ?? BUILTIN_PATHS;
  const isUidPrecondition = optionsKind === 'UpdateOptions';
  const replicasPaths = parent.replicasPaths?.() ?? new Map([[apiVersion(parent), paths.specReplicas]]);
  return rewrite(parent, request, request.info.name, {
    subresource: 'scale',
    strategy: parent.strategy,
    dryRun: options.dryRun,
    options: admissionOptions(optionsKind, options),
    isUidPrecondition,
    view: {
      show: (object) => scaleFrom(parent, object),
      take(object, shown) {
        const wanted = replicasIn(shown);
        if (wanted !== replicasIn(scaleFrom(parent, object))) setReplicas(object, paths, wanted);
      },
    },
    submit(stored) {
      const old = clone(stored);
      const before = scaleFrom(parent, old);
      setManagedFields(before, scaleManagedFields(managedFieldsOf(old), replicasPaths));
      if (parent.scale && !hasReplicas(parent, old)) before['spec'] = { replicas: NO_REPLICAS };
      const after = make(before);
      const replicas = replicasIn(after);
      if (parent.scale && replicas === NO_REPLICAS) throw badRequest(emptyReplicas(parent.scale));
      if (!parent.isCustom) checkBuiltinScale(request.info.name, after);
      if (!isUidPrecondition && !parent.isCustom) checkUid(parent, request.info.name, after, metaOf(stored));
      setReplicas(old, paths, replicas);
      setManagedFields(old, parentManagedFields(managedFieldsOf(old), managedFieldsOf(after), replicasPaths, apiVersion(parent)));
      const meta = metaOf(old);
      const { uid, resourceVersion } = metaOf(after);
      if (uid && (isUidPrecondition || !parent.isCustom)) meta.uid = uid;
      if (resourceVersion) meta.resourceVersion = resourceVersion;
      return old;
    },
    answer: (object) => ({ type: 'object', code: 200, resource: view, object: scaleFrom(parent, object) }),
  });
}

function checkBuiltinScale(name: string, scale: JsonObject): void {
  const replicas = replicasIn(scale);
  const errors = validateOnCreate(scale, SCALE_META);
  if (replicas < 0) errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  if (errors.length) throw invalid(SCALE, name, errors);
}

/** A patch that names the uid of another object. */
function checkUid(parent: Resource, name: string, scale: JsonObject, { uid: stored = '' }: ObjectMeta): void {
  const { uid = '' } = metaOf(scale);
  if (uid === '' || uid === stored) return;
  const { group, resource } = parent.gr;
  throw conflict(
    { group, resource: `${resource}/scale` },
    name,
    `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored}`,
  );
}

const SCALE_META: MetaRules = { namespaced: true, name: (name) => dnsSubdomain(name), checks: 'plain', onUpdate: 'change' };

const views = new WeakMap<Resource, Resource>();

/** A resource that looks like the parent's URL and speaks Scale. */
function scaleResource(parent: Resource): Resource {
  const known = views.get(parent);
  if (known) return known;
  const made: Resource = {
    kind: { ...parent.kind, ...SCALE, definition: DEFINITION, listKind: 'ScaleList' },
    gvk: SCALE,
    gr: parent.gr,
    storedGr: parent.storedGr,
    storedGvk: SCALE,
    isCustom: false,
    isStoredVersion: true,
    schema: builtinSchema(DEFINITION),
    mergeType: () => mergeTypeOfDefinition(DEFINITION),
    strategy: parent.strategy,
    cacher: parent.cacher,
    table: printerOf(parent.isCustom ? SCALE_COLUMNS : columnsOf(SCALE.group, SCALE.kind)),
    selectableFields: () => ({}),
    retired: parent.retired,
  };
  views.set(parent, made);
  return made;
}

const printerOf = (columns: readonly Column[]): TablePrinter => ({
  columns: definitionsOf(columns),
  cells: (object, now) => cellsOf(columns, object, now),
});
