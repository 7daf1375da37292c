/** The tables of admissionregistration.k8s.io (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { column, at, text, size, selector, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const ADMISSIONREGISTRATION: KindColumns = {
  ValidatingWebhookConfiguration: [
    NAME,
    column('Webhooks', 'integer', 'Webhooks indicates the number of webhooks registered in this configuration', (o) => size(o, 'webhooks')),
    AGE,
  ],
  MutatingWebhookConfiguration: [
    NAME,
    column('Webhooks', 'integer', 'Webhooks indicates the number of webhooks registered in this configuration', (o) => size(o, 'webhooks')),
    AGE,
  ],
  ValidatingAdmissionPolicy: [
    NAME,
    column('Validations', 'integer', 'Validations indicates the number of validation rules defined in this configuration', (o) =>
      size(o, 'spec.validations'),
    ),
    column('ParamKind', 'string', 'ParamKind specifies the kind of resources used to parameterize this policy', paramKind),
    AGE,
  ],
  MutatingAdmissionPolicy: [
    NAME,
    column('Mutations', 'integer', 'Mutation indicates the number of mutations rules defined in this configuration', (o) =>
      size(o, 'spec.mutations'),
    ),
    column('ParamKind', 'string', 'ParamKind specifies the kind of resources used to parameterize this policy', paramKind),
    AGE,
  ],
  ValidatingAdmissionPolicyBinding: [
    NAME,
    column('PolicyName', 'string', 'PolicyName indicates the policy definition which the policy binding binded to', (o) =>
      text(o, 'spec.policyName'),
    ),
    column('ParamRef', 'string', 'ParamRef indicates the param resource which sets the configuration param', paramRef),
    AGE,
  ],
  MutatingAdmissionPolicyBinding: [
    NAME,
    column('PolicyName', 'string', 'PolicyName indicates the policy definition which the policy binding binded to', (o) =>
      text(o, 'spec.policyName'),
    ),
    column('ParamRef', 'string', 'ParamRef indicates the param resource which sets the configuration param', paramRef),
    AGE,
  ],
};

function paramKind(policy: JsonObject): string {
  const kind = at(policy, 'spec.paramKind');
  return kind === undefined ? '<unset>' : `${text(kind, 'apiVersion')}/${text(kind, 'kind')}`;
}

function paramRef(binding: JsonObject): string {
  const ref = at(binding, 'spec.paramRef');
  const name = text(ref, 'name');
  if (name !== '') return `${text(ref, 'namespace') || '*'}/${name}`;
  return at(ref, 'selector') === undefined ? '<unset>' : selector(binding, 'spec.paramRef.selector');
}
