/** coordination.k8s.io LeaseCandidate: a component that would lead. */
import { type FieldError, invalidValue, required } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { parseSemver, compareSemvers } from '../cel/library/semvers.js';
import { objectAt, textAt } from './members.js';
import type { KindRules } from './rules.js';
import { validateDomainPrefixedPath } from './domain-prefixed-path.js';

const OLDEST = 'OldestEmulationVersion';

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec');
  if (textAt(spec, 'leaseName') === '') errors.push(required('spec.leaseName'));
  const [binary, emulated] = ['binaryVersion', 'emulationVersion'].map((member) => {
    const text = textAt(spec, member);
    const version = text === '' ? undefined : parseSemver(text);
    if (typeof version !== 'string') return version;
    errors.push(invalidValue(`spec.${member}`, text, version));
    return undefined;
  });
  if (binary && emulated && compareSemvers(binary, emulated) < 0) {
    const words = 'must be greater than or equal to `emulationVersion`';
    errors.push(invalidValue('spec.binaryVersion', textAt(spec, 'binaryVersion'), words));
  }
  const strategy = textAt(spec, 'strategy');
  if (strategy === OLDEST && textAt(spec, 'emulationVersion') === '')
    errors.push(required('spec.emulationVersion', `must be specified when \`strategy\` is '${OLDEST}'`));
  if (textAt(spec, 'binaryVersion') === '') errors.push(required('spec.binaryVersion'));
  if (strategy === '') errors.push(required('spec.strategy'));
  else if (strategy !== OLDEST) validateDomainPrefixedPath('spec.strategy', strategy, errors);
  return errors;
}

export const leaseCandidate: KindRules = { validate, validateUpdate: validate };
