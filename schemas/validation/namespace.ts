import { type FieldError, index, invalidValue } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { invalidEach } from './checks.js';
import { made, objectAt, preset, take, textAt, textsAt } from './members.js';
import { qualifiedName } from '../names.js';
import { validateQualifiedFinalizer } from '../object-meta.js';
import type { KindRules } from './rules.js';

/** R3.22 */
function validateFinalizer(finalizer: string, path: string, errors: FieldError[]): void {
  invalidEach(path, finalizer, qualifiedName(finalizer), errors);
  errors.push(...validateQualifiedFinalizer(finalizer, path));
}

function validate(namespace: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of textsAt(objectAt(namespace, 'spec'), 'finalizers')) validateFinalizer(finalizer, 'spec.finalizers', errors);
  return errors;
}

/** Every namespace carries its own name as a label (R4.58). */
function labelWithName(namespace: JsonObject): void {
  const metadata = made(namespace, 'metadata');
  const name = textAt(metadata, 'name');
  if (name !== '') made(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
}

export const namespace: KindRules = {
  default(object) {
    labelWithName(object);
    preset(made(object, 'status'), 'phase', 'Active');
  },
  prepareForCreate(object) {
    object['status'] = { phase: 'Active' };
    const spec = made(object, 'spec');
    const finalizers = textsAt(spec, 'finalizers');
    if (!finalizers.includes('kubernetes')) spec['finalizers'] = [...finalizers, 'kubernetes'];
  },
  prepareForUpdate(object, old) {
    const oldSpec = objectAt(old, 'spec') ?? {};
    take(made(object, 'spec'), oldSpec, 'finalizers');
    take(object, old, 'status');
  },
  canonicalize: labelWithName,
  validate,
  validateUpdate: validate,
  /** R4.58 */
  validateStatusUpdate(object) {
    const phase = textAt(objectAt(object, 'status'), 'phase');
    const deleting = objectAt(object, 'metadata')?.['deletionTimestamp'] !== undefined;
    const expected = deleting ? 'Terminating' : 'Active';
    if (phase === expected) return [];
    const detail = `may only be '${expected}' if \`deletionTimestamp\` is ${deleting ? 'not empty' : 'empty'}`;
    return [invalidValue('status.Phase', phase, detail)];
  },
  subresources: {
    /** R1.30 */
    finalize: {
      prepareForUpdate(object, old) {
        take(object, old, 'status');
      },
      validateUpdate(object) {
        const errors: FieldError[] = [];
        textsAt(objectAt(object, 'spec'), 'finalizers').forEach((finalizer, i) => {
          validateFinalizer(finalizer, index('spec.finalizers', i), errors);
        });
        return errors;
      },
    },
  },
};
