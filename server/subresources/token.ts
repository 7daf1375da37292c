/** `serviceaccounts/<name>/token` (R1.28, objects.md E3.1–E3.3): a token for an account, bound to what is asked for. */
import { goQuote, invalidValue } from '../../schemas/field-errors.js';
import { gvkName, parseApiVersion } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { fillNamespace, metaOf } from '../../schemas/object-meta.js';
import { badRequest, conflict, invalid, notFound } from '../../schemas/status.js';
import { numberAt, objectAt, textAt, textsAt } from '../../schemas/validation/members.js';
import { objectKey } from '../../storage/keys.js';
import { attributesOf } from '../admission.js';
import type { Answer, Request } from '../api.js';
import type { Reference, TokenSubject } from '../auth/service-account-tokens.js';
import { storedObject } from '../codec.js';
import { decodeBody } from '../decode.js';
import { fieldsOwner } from '../field-owner.js';
import { admissionOptions, writeOptions } from '../request-options.js';
import type { Resource } from '../resource.js';
import { run } from '../steps.js';
import { goSeconds } from '../time.js';
import { viewOf } from './view.js';

const GVK = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const DEFINITION = 'io.k8s.api.authentication.v1.TokenRequest';
const DEFAULT_SECONDS = 3600;
const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;

export async function token(accounts: Resource, request: Request): Promise<Answer> {
  const { api, info } = request;
  const view = viewOf(accounts, GVK, DEFINITION);
  const options = writeOptions('CreateOptions', request.query, request.header('user-agent') ?? '');
  const object = decodeBody(view, request, options.fieldValidation);
  const spec = (object['spec'] ?? {}) as JsonObject;
  object['spec'] = spec;
  spec['expirationSeconds'] ??= DEFAULT_SECONDS;
  // with the defaults, as any other object
  request.audit?.decoded(object);
  const meta = metaOf(object);
  fillNamespace(meta, info.namespace, true);
  if (meta.name && meta.name !== info.name)
    throw invalid(GVK, info.name, [invalidValue('metadata.name', meta.name, 'must match the service account name if specified')]);
  fieldsOwner(view, request, options, 'token').update(undefined, object);
  const attributes = attributesOf(request, accounts, {
    operation: 'CREATE',
    subresource: 'token',
    object,
    oldObject: undefined,
    dryRun: options.dryRun,
    options: admissionOptions('CreateOptions', options),
  });
  await run(api.admission.admit(attributes));
  const account = find(request, 'serviceaccounts', info.name);
  const uid = metaOf(account).uid ?? '';
  if (meta.uid && meta.uid !== uid)
    throw conflict(
      { group: GVK.group, resource: GVK.kind },
      info.name,
      `the UID in the token request (${meta.uid}) does not match the UID of the service account (${uid})`,
    );
  Object.assign(meta, { name: info.name, uid, creationTimestamp: goSeconds(api.chance.now()) });
  const seconds = checkedSeconds(spec);
  if (textsAt(spec, 'audiences').length === 0) spec['audiences'] = [...api.auth.serviceAccounts.audiences];
  await run(api.admission.validate(attributes));
  const bound = boundTo(request, objectAt(spec, 'boundObjectRef'));
  const subject = { cluster: info.cluster, namespace: info.namespace, serviceAccount: { name: info.name, uid }, ...bound };
  const issued = api.auth.serviceAccounts.issue(subject, textsAt(spec, 'audiences'), seconds);
  request.audit?.annotate('authentication.kubernetes.io/issued-credential-id', `JTI=${issued.id}`);
  object['status'] = { token: issued.token, expirationTimestamp: goSeconds(issued.expiresAt) };
  return { type: 'object', code: 201, resource: view, object };
}

function checkedSeconds(spec: JsonObject): number {
  const seconds = numberAt(spec, 'expirationSeconds')!;
  const refuse = (detail: string): never => {
    throw invalid(GVK, '', [invalidValue('spec.expirationSeconds', spec['expirationSeconds'], detail)]);
  };
  if (seconds < SECONDS_MIN) refuse('may not specify a duration less than 10 minutes');
  if (seconds > SECONDS_MAX) refuse('may not specify a duration larger than 2^32 seconds');
  return seconds;
}

/** The stored object; throws its 404. Nodes belong to no namespace. */
function find({ api, info }: Request, resource: string, name: string): JsonObject {
  if (name === '') throw badRequest('Name parameter required.');
  const namespace = resource === 'nodes' ? '' : info.namespace;
  const entry = name.includes('/') ? undefined : api.store.get(objectKey({ group: '', resource }, info.cluster, namespace, name));
  if (!entry) throw notFound({ group: '', resource }, name);
  return storedObject(entry);
}

const referenceTo = (object: JsonObject): Reference => ({ name: metaOf(object).name!, uid: metaOf(object).uid! });

type Bound = Pick<TokenSubject, 'pod' | 'secret' | 'node'>;

/** Kinds that a token can be bound to, and what then goes into it. */
const BINDERS: Readonly<Record<string, (request: Request, name: string) => { bound: Bound; uid: string }>> = {
  Pod(request, name) {
    const pod = find(request, 'pods', name);
    const spec = objectAt(pod, 'spec');
    if (textAt(spec, 'serviceAccountName') !== request.info.name)
      throw badRequest(
        `cannot bind token for serviceaccount ${goQuote(request.info.name)} to pod running with different serviceaccount name.`,
      );
    const node = nodeOf(request, textAt(spec, 'nodeName'));
    return { bound: { pod: referenceTo(pod), ...(node && { node }) }, uid: metaOf(pod).uid! };
  },
  Secret(request, name) {
    const secret = find(request, 'secrets', name);
    return { bound: { secret: referenceTo(secret) }, uid: metaOf(secret).uid! };
  },
  Node(request, name) {
    const node = find(request, 'nodes', name);
    return { bound: { node: referenceTo(node) }, uid: metaOf(node).uid! };
  },
};

function nodeOf({ api, info }: Request, name: string): Reference | undefined {
  if (name === '') return undefined;
  const entry = api.store.get(objectKey({ group: '', resource: 'nodes' }, info.cluster, '', name));
  return entry ? referenceTo(storedObject(entry)) : { name, uid: '' };
}

/** E3.3 */
function boundTo(request: Request, reference: JsonObject | undefined): Bound {
  if (!reference) return {};
  const kind = textAt(reference, 'kind');
  const name = textAt(reference, 'name');
  const { group, version } = parseApiVersion(textAt(reference, 'apiVersion')) ?? { group: '', version: '' };
  const binder = group === '' && Object.hasOwn(BINDERS, kind) ? BINDERS[kind] : undefined;
  if (!binder) throw badRequest(`cannot bind token to object of type ${gvkName({ group, version, kind })}`);
  const { bound, uid } = binder(request, name);
  const wanted = textAt(reference, 'uid');
  if (wanted !== '' && wanted !== uid)
    throw conflict(
      { group, resource: kind },
      name,
      `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return bound;
}
