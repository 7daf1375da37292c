/** Kinds of which nothing is stored: a POST is a question, answered at once (R1.32). One row each. */
import { fillNamespace, metaOf, wipeForCreate } from '../../schemas/object-meta.js';
import { groupResourceName } from '../../schemas/group-version.js';
import { unknownResource } from '../../schemas/status.js';
import { attributesOf } from '../admission.js';
import type { Answer, Request } from '../api.js';
import { selfSubjectReview, tokenReview } from '../auth/authentication-reviews.js';
import { accessReview, localAccessReview, selfAccessReview, selfRulesReview } from '../auth/authorization-reviews.js';
import { decodeBody } from '../decode.js';
import { fieldsOwner } from '../field-owner.js';
import { admissionOptions, writeOptions } from '../request-options.js';
import { isNamespaced, type Resource } from '../resource.js';
import { run } from '../steps.js';
import type { Question } from './question.js';
import { bindings } from '../subresources/binding.js';

const table: Readonly<Record<string, Question>> = {
  'selfsubjectreviews.authentication.k8s.io': selfSubjectReview,
  'tokenreviews.authentication.k8s.io': tokenReview,
  'localsubjectaccessreviews.authorization.k8s.io': localAccessReview,
  'selfsubjectaccessreviews.authorization.k8s.io': selfAccessReview,
  'selfsubjectrulesreviews.authorization.k8s.io': selfRulesReview,
  'subjectaccessreviews.authorization.k8s.io': accessReview,
};

export async function createOnly(resource: Resource, request: Request): Promise<Answer> {
  if (resource.gvk.kind === 'Binding') return bindings(resource, request);
  const question = table[groupResourceName(resource.gr)];
  if (!question) throw unknownResource();
  const options = writeOptions('CreateOptions', request.query, request.header('user-agent') ?? '');
  const object = decodeBody(resource, request, options.fieldValidation);
  const { info, api } = request;
  wipeForCreate(metaOf(object));
  fillNamespace(metaOf(object), info.namespace, isNamespaced(resource));
  fieldsOwner(resource, request, options, '').update(undefined, object);
  const attributes = attributesOf(request, resource, {
    operation: 'CREATE',
    subresource: '',
    object,
    oldObject: undefined,
    dryRun: options.dryRun,
    options: admissionOptions('CreateOptions', options),
  });
  await run(api.admission.admit(attributes));
  question.validate?.(attributes.object!, request);
  await run(api.admission.validate(attributes));
  return { type: 'object', code: 201, resource, object: await question.answer(attributes.object!, request) };
}
