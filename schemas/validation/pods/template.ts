import { child, type FieldError, forbiddenField } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { validateAnnotations, validateLabels } from '../../object-meta.js';
import { objectAt, objectsAt } from '../members.js';
import { validatePodAnnotations, validateProfilesMatch } from './annotations.js';
import type { PodOptions } from './options.js';
import { validatePodSpec } from './spec.js';

/** A pod template: `{metadata, spec}`. */
export function validatePodTemplate(template: JsonObject, path: string, options: PodOptions, errors: FieldError[]): void {
  const metadata = objectAt(template, 'metadata');
  const annotations = objectAt(metadata, 'annotations');
  const spec = objectAt(template, 'spec') ?? {};
  errors.push(...validateLabels(metadata?.['labels'] as Record<string, string> | undefined, child(path, 'labels')));
  errors.push(...validateAnnotations(annotations as Record<string, string> | undefined, child(path, 'annotations')));
  validatePodAnnotations(annotations, spec, child(path, 'annotations'), options, errors);
  validatePodSpec(spec, undefined, child(path, 'spec'), options, errors);
  validateProfilesMatch(annotations, spec, child(path, 'spec'), errors);
  if (objectsAt(spec, 'ephemeralContainers').length > 0)
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
}
