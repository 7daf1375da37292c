import type { Said } from '../../schemas/said.js';
import { badRequest } from '../../schemas/status.js';
import { clone, type JsonObject } from '../../schemas/json-value.js';
import type { Answer, Request } from '../api.js';
import { fillNamespace, metaOf, type ObjectMeta } from '../../schemas/object-meta.js';
import { decodeBody } from '../decode.js';
import { fieldsOwner } from '../field-owner.js';
import { admissionOptions, writeOptions, type WriteOptions } from '../request-options.js';
import { isNamespaced, type Resource } from '../resource.js';
import { rewrite, uidPrecondition } from '../rewrite.js';
import { createObject } from './create.js';

/** PUT of an object or of a subresource that is written as its object: R4.21. */
export async function update(resource: Resource, request: Request, subresource: string): Promise<Answer> {
  const { info } = request;
  if (info.name === '') throw badRequest('name must be provided');
  const options = writeOptions('UpdateOptions', request.query, request.header('user-agent') ?? '');
  const said: Said[] = [];
  const object = decodeBody(resource, request, options.fieldValidation, said);
  checkPlace(resource, request, object);
  const strategy = subresource === '' ? resource.strategy : resource.strategy.subresources[subresource]!;
  const create = createsByUpdate(resource, subresource);
  return rewrite(resource, request, info.name, {
    subresource,
    strategy,
    dryRun: options.dryRun,
    options: admissionOptions('UpdateOptions', options),
    isUidPrecondition: true,
    said,
    submit: (old) => fieldsOwner(resource, request, options, subresource).update(old, clone(object), said),
    ...(create && { onMissing: () => createByUpdate(resource, request, subresource, object, options, said) }),
  });
}

/** R3.30 */
export const createsByUpdate = ({ kind }: Resource, subresource: string): boolean =>
  kind.allowCreateOnUpdate && (subresource === '' || subresource === 'status');

/** R3.8 and the name checks of R4.21: what the body says of its place must be what the URL says. */
export function checkPlace(resource: Resource, request: Request, object: JsonObject): void {
  const { info } = request;
  const meta = metaOf(object);
  fillNamespace(meta, info.namespace, isNamespaced(resource));
  checkName(meta, info.name);
}

export function checkName(meta: ObjectMeta, name: string): void {
  const own = meta.name ?? '';
  if (own === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
}

/** R3.30: the caller also needs `create`; a resourceVersion is ignored, a uid cannot match. By way of its status a Service gets no addresses. */
async function createByUpdate(
  resource: Resource,
  request: Request,
  subresource: string,
  object: JsonObject,
  options: WriteOptions,
  said: readonly Said[],
): Promise<Answer> {
  const meta = metaOf(object);
  const namespace = isNamespaced(resource) ? request.info.namespace : '';
  if (meta.uid) throw uidPrecondition(resource, meta.uid, '', request.info.name, namespace, options.dryRun);
  return createObject(
    resource,
    request,
    object,
    options,
    (created) => void fieldsOwner(resource, request, options, subresource).update(undefined, created),
    { said, allocates: subresource === '' },
  );
}
