/** PriorityLevelConfiguration (G4.6) */
import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { goForm } from '../go-form.js';
import { ALL_BUT_STATUS, keepWholeMetadata } from '../kept-metadata.js';
import { made, numberAt, objectAt, textAt } from '../members.js';
import { semanticallyEqual } from '../pods/update.js';
import type { KindRules } from '../rules.js';
import { validateConditionTypes } from './flow-schema.js';
import { MANDATORY_LEVELS } from './mandatory.js';

const EXEMPT = 'exempt';
const TYPES = ['Exempt', 'Limited'];
const RESPONSES = ['Queue', 'Reject'];
const QUEUES_MAX = 10_000_000;
const HASH_BITS_MAX = 60;
const SHARES = 30;
const QUEUING = { handSize: 8, queues: 64, queueLengthLimit: 50 };

function defaults(object: JsonObject): void {
  const spec = made(object, 'spec');
  const exempt = objectAt(spec, 'exempt');
  const limited = objectAt(spec, 'limited');
  if (exempt) {
    exempt['nominalConcurrencyShares'] ??= 0;
    exempt['lendablePercent'] ??= 0;
  }
  if (!limited) return;
  limited['nominalConcurrencyShares'] ??= SHARES;
  limited['lendablePercent'] ??= 0;
  const queuing = objectAt(objectAt(limited, 'limitResponse'), 'queuing');
  if (queuing) for (const [member, value] of Object.entries(QUEUING)) queuing[member] ||= value;
}

function validateShares(level: JsonObject, path: string, errors: FieldError[]): void {
  const shares = numberAt(level, 'nominalConcurrencyShares') ?? 0;
  if (shares < 0) errors.push(invalidValue(child(path, 'nominalConcurrencyShares'), shares, 'must be a non-negative integer'));
}

function validateLendable(level: JsonObject, path: string, errors: FieldError[]): void {
  const percent = numberAt(level, 'lendablePercent') ?? 0;
  if (percent < 0 || percent > 100)
    errors.push(invalidValue(child(path, 'lendablePercent'), percent, 'must be between 0 and 100, inclusive'));
}

function handSizeProblem(handSize: number, queues: number): string | undefined {
  if (handSize <= 0) return 'must be positive';
  if (handSize > queues) return `should not be greater than queues (${queues})`;
  if (Math.ceil(Math.log2(queues) * handSize) <= HASH_BITS_MAX) return undefined;
  return `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS_MAX}`;
}

function validateQueuing(queuing: JsonObject, path: string, errors: FieldError[]): void {
  const at = (member: string): number => numberAt(queuing, member) ?? 0;
  const queues = at('queues');
  if (at('queueLengthLimit') <= 0) errors.push(invalidValue(child(path, 'queueLengthLimit'), at('queueLengthLimit'), 'must be positive'));
  if (queues <= 0) errors.push(invalidValue(child(path, 'queues'), queues, 'must be positive'));
  else if (queues > QUEUES_MAX) errors.push(invalidValue(child(path, 'queues'), queues, `must not be greater than ${QUEUES_MAX}`));
  const problem = handSizeProblem(at('handSize'), queues);
  if (problem !== undefined) errors.push(invalidValue(child(path, 'handSize'), at('handSize'), problem));
}

function validateResponse(response: JsonObject, path: string, errors: FieldError[]): void {
  const type = textAt(response, 'type');
  const queuing = objectAt(response, 'queuing');
  const field = child(path, 'queuing');
  if (type === '') errors.push(required(child(path, 'type')));
  else if (!RESPONSES.includes(type)) errors.push(notSupported(child(path, 'type'), type, RESPONSES));
  else if (type === 'Reject' && queuing) errors.push(forbiddenField(field, 'must be nil if limited.limitResponse.type is not Limited'));
  else if (type === 'Queue' && !queuing) errors.push(required(field, 'must not be empty if limited.limitResponse.type is Limited'));
  else if (queuing) validateQueuing(queuing, field, errors);
}

function validateLimited(limited: JsonObject, path: string, errors: FieldError[]): void {
  validateShares(limited, path, errors);
  validateResponse(objectAt(limited, 'limitResponse') ?? {}, child(path, 'limitResponse'), errors);
  validateLendable(limited, path, errors);
  const borrowing = numberAt(limited, 'borrowingLimitPercent') ?? 0;
  if (borrowing < 0)
    errors.push(invalidValue(child(path, 'borrowingLimitPercent'), borrowing, 'if specified, must be a non-negative integer'));
}

function validateSpec(spec: JsonObject, name: string, errors: FieldError[]): void {
  const type = textAt(spec, 'type');
  const limited = objectAt(spec, 'limited');
  const exempt = objectAt(spec, EXEMPT);
  if ((name === EXEMPT) !== (type === 'Exempt'))
    errors.push(invalidValue('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  if (type === 'Exempt') {
    if (limited) errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    if (!exempt) return;
    validateShares(exempt, 'spec.exempt', errors);
    validateLendable(exempt, 'spec.exempt', errors);
  } else if (type === 'Limited') {
    if (exempt) errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
    if (limited) validateLimited(limited, 'spec.limited', errors);
    else errors.push(required('spec.limited', 'must not be empty when type is Limited'));
  } else if (type === '') {
    errors.push(required('spec.type'));
  } else {
    errors.push(notSupported('spec.type', type, TYPES));
  }
}

/** Of the mandatory levels only `exempt` may be tuned. */
function validateFixed(spec: JsonObject, name: string, errors: FieldError[]): void {
  const mandatory = MANDATORY_LEVELS[name];
  if (!mandatory) return;
  const [own, fixed] =
    name === EXEMPT
      ? [
          { ...spec, exempt: null },
          { ...mandatory, exempt: null },
        ]
      : [spec, mandatory];
  if (semanticallyEqual(own, fixed)) return;
  const words = name === EXEMPT ? "except the 'spec.exempt' field must equal the fixed value" : 'must equal the fixed value';
  const printed = goForm('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec', spec);
  errors.push(invalidValue('spec', printed, `spec of '${name}' ${words}`));
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec') ?? {};
  const name = textAt(objectAt(object, 'metadata'), 'name');
  validateSpec(spec, name, errors);
  validateFixed(spec, name, errors);
  validateConditionTypes(object, errors);
  return errors;
}

export const priorityLevelConfiguration: KindRules = {
  default: defaults,
  prepareForStatusUpdate: keepWholeMetadata,
  resetFields: ALL_BUT_STATUS,
  validate,
  validateUpdate: validate,
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    validateConditionTypes(object, errors);
    return errors;
  },
};
