/** DeviceClass, ResourceClaim, ResourceClaimTemplate */
import { type FieldError, invalidValue } from '../../field-errors.js';
import { convertBuiltin } from '../../conversion/index.js';
import { clone, type JsonObject } from '../../json-value.js';
import { immutable } from '../checks.js';
import { goForm } from '../go-form.js';
import { ALL_BUT_STATUS, keepAllButStatus } from '../kept-metadata.js';
import { objectAt, objectsAt, specOf, textAt } from '../members.js';
import { validateTemplateMeta } from '../persistent-volume-claim-spec.js';
import { semanticallyEqual } from '../pods/update.js';
import type { KindRules } from '../rules.js';
import { defaultClaimSpec, defaultRequest, validateClaimSpec, validateConfiguration, validateSelectors } from './claim-spec.js';
import { isExtended } from '../pods/resources.js';
import { validateClaimStatus } from './claim-status.js';
import { validateItems } from './names.js';

const GROUP = 'resource.k8s.io';
const CONFIGURATIONS_MAX = 32;

function validateClass(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(object);
  validateSelectors(spec, 'spec', errors);
  const configure = (configuration: JsonObject, at: string): void => validateConfiguration(configuration, at, errors);
  validateItems(objectsAt(spec, 'config'), 'spec.config', CONFIGURATIONS_MAX, configure, errors);
  const extended = spec['extendedResourceName'];
  if (typeof extended === 'string' && !isExtended(extended))
    errors.push(invalidValue('spec.extendedResourceName', extended, 'must be a valid extended resource name'));
  return errors;
}

export const deviceClass: KindRules = { validate: validateClass, validateUpdate: validateClass };

function validateSame(object: JsonObject, old: JsonObject, type: string, errors: FieldError[]): void {
  const [spec, before] = [specOf(object), specOf(old)];
  if (!semanticallyEqual(spec, before)) immutable('spec', spec, before, errors, goForm(`io.k8s.api.resource.v1.${type}`, spec));
}

const claimV1: KindRules = {
  default: (object) => defaultClaimSpec(specOf(object)),
  validate(object) {
    const errors: FieldError[] = [];
    validateClaimSpec(specOf(object), 'spec', errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateSame(object, old, 'ResourceClaimSpec', errors);
    return errors;
  },
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validateStatusUpdate: validateClaimStatus,
};

const templateV1: KindRules = {
  default: (object) => defaultClaimSpec(objectAt(specOf(object), 'spec')),
  validate(object) {
    const errors: FieldError[] = [];
    validateTemplateMeta(objectAt(specOf(object), 'metadata'), 'spec.metadata', errors);
    validateClaimSpec(objectAt(specOf(object), 'spec'), 'spec.spec', errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors = templateV1.validate!(object);
    validateSame(object, old, 'ResourceClaimTemplateSpec', errors);
    return errors;
  },
};

/** Requests of v1beta1 are flat; without a class they only have alternatives. */
function defaultFlatSpec(spec: JsonObject | undefined): void {
  for (const request of objectsAt(objectAt(spec, 'devices'), 'requests')) {
    if (textAt(request, 'deviceClassName') !== '') defaultRequest(request);
    for (const alternative of objectsAt(request, 'firstAvailable')) defaultRequest(alternative);
  }
}

/** A kind of v1beta1 is judged as what it is in v1. */
export function asInV1(kind: string, rules: KindRules, own: Pick<KindRules, 'default'> = {}): KindRules {
  const from = { group: GROUP, version: 'v1beta1', kind };
  const v1 = (object: JsonObject): JsonObject => convertBuiltin(clone(object), from, { ...from, version: 'v1' });
  const { validate, validateUpdate, validateStatusUpdate, ...rest } = rules;
  return {
    ...rest,
    ...own,
    ...(validate && { validate: (object) => validate(v1(object)) }),
    ...(validateUpdate && { validateUpdate: (object, old) => validateUpdate(v1(object), v1(old)) }),
    ...(validateStatusUpdate && { validateStatusUpdate: (object, old) => validateStatusUpdate(v1(object), v1(old)) }),
  };
}

export const claims = {
  DeviceClass: deviceClass,
  ResourceClaim: claimV1,
  'ResourceClaim/v1beta1': asInV1('ResourceClaim', claimV1, { default: (object) => defaultFlatSpec(specOf(object)) }),
  ResourceClaimTemplate: templateV1,
  'ResourceClaimTemplate/v1beta1': asInV1('ResourceClaimTemplate', templateV1, {
    default: (object) => defaultFlatSpec(objectAt(specOf(object), 'spec')),
  }),
};
