import type { Said } from '../../schemas/said.js';
import { fieldsOwner, untilConverted } from '../field-owner.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { generateName } from '../../schemas/names.js';
import { dedupOwnerReferences, fillNamespace, metaOf, type ObjectMeta, wipeForCreate } from '../../schemas/object-meta.js';
import { alreadyExists, generateNameExhausted, invalid, rawError, StatusError } from '../../schemas/status.js';
import { KeyExists } from '../../storage/errors.js';
import type { Content, Entry } from '../../storage/entry.js';
import { attributesOf, type Reservation } from '../admission.js';
import type { Allocation } from '../allocation.js';
import type { Answer, Request } from '../api.js';
import { writeContext } from '../auth/write-context.js';
import { authorizeCreate } from '../auth/authorize-create.js';
import { asIfStored, encodeEntry, storedForm } from '../codec.js';
import { decodeBody } from '../decode.js';
import { findingsOnCreate, inWordsOf } from '../metadata.js';
import { admissionOptions, type WriteOptions, writeOptions } from '../request-options.js';
import { isNamespaced, keyOf, type Resource } from '../resource.js';
import { parseUintError } from '../revision.js';
import { run, type Steps, settled } from '../steps.js';
import { createOnly } from './create-only.js';
import { goSeconds } from '../time.js';

const GENERATE_ATTEMPTS = 8;

/** POST to a collection: R4.20. */
export async function create(resource: Resource, request: Request): Promise<Answer> {
  if (!resource.kind.storage) return createOnly(resource, request);
  const options = writeOptions('CreateOptions', request.query, request.header('user-agent') ?? '');
  const said: Said[] = [];
  const object = decodeBody(resource, request, options.fieldValidation, said);
  wipeForCreate(metaOf(object));
  const own = (created: JsonObject): void => void fieldsOwner(resource, request, options, '').update(undefined, created);
  return createObject(resource, request, object, options, own, { said });
}

/**
 * Everything of a create behind the decoding: also for a PUT (R3.30) or an apply (R5.4) to a missing name. `own` records managed fields.
 * 201 with the stored object; with dryRun the object that would be.
 */
export async function createObject(
  resource: Resource,
  request: Request,
  object: JsonObject,
  options: WriteOptions,
  own: (object: JsonObject) => void,
  { said = [], allocates = true }: { said?: readonly Said[]; allocates?: boolean } = {},
): Promise<Answer> {
  const allocation = allocates ? resource.allocator?.begin(request.info.cluster, options.dryRun) : undefined;
  try {
    const prepared = await run(prepare(resource, request, object, options, own, said, allocation));
    return await store(resource, request, prepared, options.dryRun);
  } finally {
    await allocation?.end();
  }
}

interface Prepared {
  object: JsonObject;
  isGenerated: boolean;
  reservation: Reservation | undefined;
}

/** A generated name that is taken is generated again (R3.20). */
async function store(
  resource: Resource,
  request: Request,
  { object: prepared, isGenerated, reservation }: Prepared,
  dryRun: boolean,
): Promise<Answer> {
  const { api, info } = request;
  const { cluster } = info;
  const metadata = metaOf(prepared);
  for (let attempt = 1; ; attempt++) {
    const name = metadata.name!;
    const key = keyOf(resource, cluster, metadata.namespace ?? '', name);
    try {
      if (dryRun) {
        const existing = api.store.get(key);
        if (existing) throw new KeyExists(existing);
        return { type: 'object', code: 201, resource, object: await run(asIfStored(resource, prepared)) };
      }
      if (metadata.resourceVersion && !tolerated(metadata.resourceVersion))
        throw rawError('resourceVersion should not be set on objects to be created');
      delete metadata.resourceVersion;
      const stored = await run(settled(storedForm(resource, prepared)));
      const refusal = reservation?.refusal();
      if (refusal) await refusal; // else nobody has a turn before the object is stored
      const encode = (revision: number): Content => encodeEntry(resource, stored, prepared, revision);
      const entry = await api.store.create(key, encode, reservation?.take);
      return { type: 'entry', code: 201, resource, entry };
    } catch (error) {
      if (!(error instanceof KeyExists)) throw error;
      // as in Kubernetes, what was admitted counts until the next count, stored or not (C6.3)
      await reservation?.take();
      if (!isGenerated) throw alreadyExists(resource.gr, name, isTerminating(error.entry));
      if (attempt === GENERATE_ATTEMPTS) throw generateNameExhausted(resource.gr, name);
      metadata.name = generateName(metadata.generateName!, api.chance.random);
    }
  }
}

/** R3.26: `"0"` and words are no revision of anything. */
const tolerated = (resourceVersion: string): boolean => !/^\d+$/.test(resourceVersion) || /^0+$/.test(resourceVersion);

const isTerminating = (entry: Entry): boolean => entry.bytes.includes('"deletionTimestamp":');

function* prepare(
  resource: Resource,
  request: Request,
  object: JsonObject,
  options: WriteOptions,
  own: (object: JsonObject) => void,
  said: readonly Said[],
  allocation: Allocation | undefined,
): Steps<Prepared> {
  const { api, info } = request;
  refuseTerminatingKind(resource, request, object);
  const metadata = metaOf(object);
  delete metadata.uid;
  delete metadata.selfLink;
  fillNamespace(metadata, info.namespace, isNamespaced(resource));
  request.warn(dedupOwnerReferences(metadata, 'before mutation'));
  yield* untilConverted(() => own(object));

  const attributes = attributesOf(request, resource, {
    operation: 'CREATE',
    subresource: '',
    object,
    oldObject: undefined,
    dryRun: options.dryRun,
    options: admissionOptions('CreateOptions', options),
  });
  for (const text of resource.strategy.deprecations?.(object) ?? []) request.warn(text);
  yield* api.admission.admit(attributes);
  const admitted = attributes.object!;
  const meta = metaOf(admitted);
  if (info.verb !== 'create') dropRevision(meta, options.dryRun);
  fillNamespace(meta, info.namespace, isNamespaced(resource));
  request.warn(dedupOwnerReferences(meta, 'after mutation'));
  meta.uid = api.chance.uuid();
  meta.creationTimestamp = goSeconds(api.chance.now());
  const isGenerated = !meta.name && Boolean(meta.generateName);
  if (isGenerated) meta.name = generateName(meta.generateName!, api.chance.random);
  allocation?.allocate(admitted, undefined);
  resource.strategy.prepareForCreate(admitted, writeContext(request));
  const warnings: string[] = [];
  const errors = findingsOnCreate(resource, admitted, warnings);
  for (const text of warnings) request.warn(text);
  if (errors.length) {
    const told = inWordsOf(admitted, said, errors, (wanted) => findingsOnCreate(resource, wanted, []));
    throw invalid(resource.storedGvk, meta.name ?? '', told);
  }
  for (const text of resource.strategy.warnings(admitted)) request.warn(text);
  resource.strategy.canonicalize(admitted);
  resource.schema.settle(admitted);
  attributes.name = meta.name!;
  if (info.verb !== 'create') yield* settled(authorizeCreate(request));
  yield* api.admission.validate(attributes);
  return { object: admitted, isGenerated, reservation: attributes.reservation };
}

/** What an update or apply that creates says of a resourceVersion does not count, but is a number; it is the store that drops it. */
function dropRevision(meta: ObjectMeta, dryRun: boolean): void {
  const why = meta.resourceVersion ? parseUintError(meta.resourceVersion) : undefined;
  if (why !== undefined) throw rawError(why);
  if (!dryRun) delete meta.resourceVersion;
}

/** R1.17 */
function refuseTerminatingKind(resource: Resource, request: Request, object: JsonObject): void {
  if (!resource.isTerminating) return;
  const name = request.info.name || ((object['metadata'] as JsonObject | undefined)?.['name'] as string) || '';
  const { group } = resource.gr;
  throw new StatusError(
    403,
    'Forbidden',
    `${resource.gr.resource}.${group} "${name}" is forbidden: create not allowed while custom resource definition is terminating`,
    { name, group, kind: resource.gr.resource },
  );
}
