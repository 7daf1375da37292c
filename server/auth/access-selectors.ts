/** Field and label selectors of what somebody is asked about in a SubjectAccessReview (E8.1). RBAC does not look at them. */
import { child, type FieldError, forbiddenField, index, invalidValue, required } from '../../schemas/field-errors.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { parseFieldSelector, parseLabelSelector } from '../../schemas/selectors.js';
import { validateRequirement } from '../../schemas/validation/label-selector.js';
import { objectAt, objectsAt, textAt, textsAt } from '../../schemas/validation/members.js';

const PATH = 'spec.resourceAttributes';

interface SelectorKind {
  name: 'fieldSelector' | 'labelSelector';
  validate(requirement: JsonObject, path: string, errors: FieldError[]): void;
  /** Whether a requirement is one that authorizers can be told. */
  isUnderstood(requirement: JsonObject): boolean;
  /** Throws where the text is none. */
  parse(text: string): unknown;
}

const OPERATORS = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

const KINDS: readonly SelectorKind[] = [
  {
    name: 'fieldSelector',
    validate: validateFieldRequirement,
    isUnderstood: (requirement) => ['In', 'NotIn'].includes(textAt(requirement, 'operator')) && textsAt(requirement, 'values').length === 1,
    parse: parseFieldSelector,
  },
  {
    name: 'labelSelector',
    validate: (requirement, path, errors) => validateRequirement(requirement, path, errors, { allowUnknownOperators: true }),
    isUnderstood: (requirement) => OPERATORS.has(textAt(requirement, 'operator')),
    parse: parseLabelSelector,
  },
];

function validateFieldRequirement(requirement: JsonObject, path: string, errors: FieldError[]): void {
  if (textAt(requirement, 'key') === '') errors.push(required(child(path, 'key'), 'must be specified'));
  const operator = textAt(requirement, 'operator');
  const hasValues = textsAt(requirement, 'values').length > 0;
  const values = child(path, 'values');
  if (['In', 'NotIn'].includes(operator) && !hasValues)
    errors.push(required(values, "must be specified when `operator` is 'In' or 'NotIn'"));
  if (['Exists', 'DoesNotExist'].includes(operator) && hasValues)
    errors.push(forbiddenField(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
}

/** Unknown operators are no error: newer clients may know them. */
export function selectorFindings(resource: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const { name, validate } of KINDS) {
    const selector = objectAt(resource, name);
    if (!selector) continue;
    const path = child(PATH, name);
    const raw = textAt(selector, 'rawSelector');
    const requirements = objectsAt(selector, 'requirements');
    if (raw !== '' && requirements.length)
      errors.push(invalidValue(child(path, 'rawSelector'), raw, 'may not specified at the same time as requirements'));
    if (raw === '' && requirements.length === 0)
      errors.push(required(child(path, 'requirements'), `when ${path} is specified, requirements or rawSelector is required`));
    for (const [i, requirement] of requirements.entries()) validate(requirement, index(child(path, 'requirements'), i), errors);
  }
  return errors;
}

/** What of the selectors no authorizer will be told, as the review's `evaluationError` says it. */
export function ignoredSelectors(resource: JsonObject): string[] {
  return KINDS.flatMap((kind) => {
    const selector = objectAt(resource, kind.name);
    const ignored = selector && howIgnored(kind, selector);
    return ignored ? [`${PATH}.${kind.name} ${ignored} due to parse error`] : [];
  });
}

function howIgnored({ isUnderstood, parse }: SelectorKind, selector: JsonObject): string | undefined {
  const raw = textAt(selector, 'rawSelector');
  if (raw !== '') return isParsable(() => parse(raw)) ? undefined : 'ignored';
  const requirements = objectsAt(selector, 'requirements');
  const understood = requirements.filter(isUnderstood).length;
  if (understood === requirements.length) return undefined;
  return understood ? 'partially ignored' : 'ignored';
}

function isParsable(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
