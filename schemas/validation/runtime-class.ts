/** node.k8s.io RuntimeClass */
import { type FieldError, goJson, index, required } from '../field-errors.js';
import { equal, type JsonObject } from '../json-value.js';
import { dnsLabel } from '../names.js';
import { validateLabels } from '../object-meta.js';
import { immutable, invalidEach } from './checks.js';
import { coreForm } from './go-form.js';
import { entriesAt, objectAt, objectsAt, textAt } from './members.js';
import { validateContainerResources } from './pods/resources.js';
import { validateTolerations } from './pods/scheduling.js';
import { DEPRECATED_NODE_LABELS } from './pods/warnings.js';
import type { KindRules } from './rules.js';

const NO_CLAIMS: ReadonlySet<string> = new Set();

function validateScheduling(scheduling: JsonObject, errors: FieldError[]): void {
  errors.push(...validateLabels(scheduling['nodeSelector'] as Record<string, string> | undefined, 'scheduling.nodeSelector'));
  const path = 'scheduling.tolerations';
  const tolerations = objectsAt(scheduling, 'tolerations');
  validateTolerations(tolerations, path, false, errors);
  tolerations.forEach((toleration, i) => {
    if (!tolerations.slice(0, i).some((other) => equal(toleration, other))) return;
    const body = `Duplicate value: ${goJson(coreForm('Toleration', toleration))}`;
    errors.push({ type: 'Duplicate', field: index(path, i), body });
  });
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const handler = textAt(object, 'handler');
  if (handler === '') errors.push(required('handler'));
  else invalidEach('handler', handler, dnsLabel(handler), errors);
  const fixed = objectAt(objectAt(object, 'overhead'), 'podFixed');
  const options = { allowIndivisibleHugePages: false, claims: NO_CLAIMS };
  if (fixed) validateContainerResources({ limits: fixed }, 'overhead', options, errors);
  const scheduling = objectAt(object, 'scheduling');
  if (scheduling) validateScheduling(scheduling, errors);
  return errors;
}

export const runtimeClass: KindRules = {
  validate,
  validateUpdate(object, old) {
    const errors = validate(object);
    immutable('handler', object['handler'], old['handler'], errors);
    return errors;
  },
  warnings: (object) =>
    entriesAt(objectAt(object, 'scheduling'), 'nodeSelector').flatMap(([key]) => {
      const deprecated = DEPRECATED_NODE_LABELS[key];
      return deprecated ? [`scheduling.nodeSelector: ${deprecated}`] : [];
    }),
};
