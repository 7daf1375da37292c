/** What a claim asks for: requests of devices, what they have in common, how they are set up. */
import { deviceEnvironment, SELECTOR_COST_MAX } from '../../cel/device.js';
import { formatType } from '../../cel/types.js';
import { child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../field-errors.js';
import { isObject, type JsonObject } from '../../json-value.js';
import { dnsLabel, labelValue, qualifiedName } from '../../names.js';
import { invalidEach } from '../checks.js';
import { bytes, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { validateDriver, validateFullyQualified, validateItems, validateNamed, validateSubdomain } from './names.js';

const LIST_MAX = 32;
const ALTERNATIVES_MAX = 8;
const TOLERATIONS_MAX = 16;
const EXPRESSION_BYTES_MAX = 10 * 1024;
const PARAMETER_BYTES_MAX = 10 * 1024;
const ONE_FORM = 'exactly one of `exactly` or `firstAvailable` is required';
export const NO_REQUEST = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
/** In Kubernetes' own, wrong, words. */
const NO_ATTRIBUTE = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
export const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

/** A request without a mode is for one device. */
export function defaultRequest(request: JsonObject): void {
  if (textAt(request, 'allocationMode') === '') request['allocationMode'] = 'ExactCount';
  if (request['allocationMode'] === 'ExactCount' && !request['count']) request['count'] = 1;
}

/** Of a claim's spec in v1 and v1beta2. */
export function defaultClaimSpec(spec: JsonObject | undefined): void {
  for (const request of objectsAt(objectAt(spec, 'devices'), 'requests')) {
    const exactly = objectAt(request, 'exactly');
    if (exactly) defaultRequest(exactly);
    for (const alternative of objectsAt(request, 'firstAvailable')) defaultRequest(alternative);
  }
}

/** Whether it compiles, to a condition that is cheap enough. */
function validateExpression(expression: string, field: string, errors: FieldError[]): void {
  if (bytes(expression) > EXPRESSION_BYTES_MAX) {
    errors.push(tooLong(field, EXPRESSION_BYTES_MAX));
    return;
  }
  const { program, issues } = deviceEnvironment().compile(expression);
  if (!program) errors.push(invalidValue(field, expression, `compilation failed: ${issues}`));
  else if (program.resultType.kind !== 'bool')
    errors.push(invalidValue(field, expression, `must evaluate to bool or the unknown type, not ${formatType(program.resultType)}`));
  else if (program.estimateCost().max > SELECTOR_COST_MAX) errors.push(forbiddenField(field, 'too complex, exceeds cost limit'));
}

export function validateSelectors(owner: JsonObject, path: string, errors: FieldError[]): void {
  const validate = (selector: JsonObject, at: string): void => {
    const cel = objectAt(selector, 'cel');
    if (!cel) errors.push(required(child(at, 'cel')));
    else validateExpression(textAt(cel, 'expression'), `${at}.cel.expression`, errors);
  };
  validateItems(objectsAt(owner, 'selectors'), child(path, 'selectors'), LIST_MAX, validate, errors);
}

function validateMode(request: JsonObject, path: string, errors: FieldError[]): void {
  const mode = textAt(request, 'allocationMode');
  const count = numberAt(request, 'count') ?? 0;
  const field = child(path, 'count');
  if (mode === 'All') {
    if (count !== 0) errors.push(invalidValue(field, count, `must not be specified when allocationMode is '${mode}'`));
  } else if (mode === 'ExactCount') {
    if (count <= 0) errors.push(invalidValue(field, count, 'must be greater than zero'));
  } else {
    errors.push(notSupported(child(path, 'allocationMode'), mode, ['All', 'ExactCount']));
  }
}

function validateToleration(toleration: JsonObject, path: string, errors: FieldError[]): void {
  const [key, value, operator, effect] = ['key', 'value', 'operator', 'effect'].map((member) => textAt(toleration, member)) as [
    string,
    string,
    string,
    string,
  ];
  if (key !== '') invalidEach(child(path, 'key'), key, qualifiedName(key), errors);
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalidValue(child(path, 'value'), value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') {
    invalidEach(child(path, 'value'), value, labelValue(value), errors);
  } else if (operator === '') {
    errors.push(required(child(path, 'operator')));
  } else {
    errors.push(notSupported(child(path, 'operator'), operator, ['Equal', 'Exists']));
  }
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(child(path, 'effect'), effect, EFFECTS));
}

function validateDevices(request: JsonObject, path: string, errors: FieldError[]): void {
  validateSubdomain(child(path, 'deviceClassName'), textAt(request, 'deviceClassName'), errors);
  validateSelectors(request, path, errors);
  validateMode(request, path, errors);
  const tolerate = (toleration: JsonObject, at: string): void => validateToleration(toleration, at, errors);
  validateItems(objectsAt(request, 'tolerations'), child(path, 'tolerations'), TOLERATIONS_MAX, tolerate, errors);
}

function validateRequest(request: JsonObject, path: string, errors: FieldError[]): void {
  const name = textAt(request, 'name');
  const exactly = objectAt(request, 'exactly');
  const alternatives = objectsAt(request, 'firstAvailable');
  invalidEach(child(path, 'name'), name, dnsLabel(name), errors);
  if (exactly && alternatives.length > 0) {
    errors.push(invalidValue(path, null, `${ONE_FORM}, but multiple fields are set`));
    return;
  }
  const validateAlternative = (alternative: JsonObject, at: string): void => {
    const own = textAt(alternative, 'name');
    invalidEach(child(at, 'name'), own, dnsLabel(own), errors);
    validateDevices(alternative, at, errors);
  };
  validateNamed(alternatives, child(path, 'firstAvailable'), ALTERNATIVES_MAX, validateAlternative, errors);
  if (exactly) validateDevices(exactly, child(path, 'exactly'), errors);
  if (!exactly && alternatives.length === 0) errors.push(required(path, ONE_FORM));
}

/** Names that results and configurations of a claim may refer to. */
export const requestNames = (spec: JsonObject): ReadonlySet<string> => namesIn(objectsAt(objectAt(spec, 'devices'), 'requests'));

/** Names of requests, and of alternatives as `request/alternative`. */
function namesIn(requests: readonly JsonObject[]): Set<string> {
  return new Set(
    requests.flatMap((request) => {
      const name = textAt(request, 'name');
      return [name, ...objectsAt(request, 'firstAvailable').map((alternative) => `${name}/${textAt(alternative, 'name')}`)];
    }),
  );
}

export function validateReferences(owner: JsonObject, path: string, names: ReadonlySet<string>, errors: FieldError[]): void {
  const seen = new Set<string>();
  const validate = (name: string, at: string): void => {
    for (const part of name.split('/').slice(0, 2)) invalidEach(at, part, dnsLabel(part), errors);
    if (!names.has(name)) errors.push(invalidValue(at, name, NO_REQUEST));
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  };
  validateItems(textsAt(owner, 'requests'), child(path, 'requests'), LIST_MAX, validate, errors);
}

function validateConstraint(constraint: JsonObject, path: string, names: ReadonlySet<string>, errors: FieldError[]): void {
  validateReferences(constraint, path, names, errors);
  const attribute = ['matchAttribute', 'distinctAttribute'].find((member) => constraint[member] !== undefined);
  if (attribute === undefined) errors.push(required(path, NO_ATTRIBUTE));
  else validateFullyQualified(child(path, attribute), textAt(constraint, attribute), errors);
}

/** Parameters of a driver. */
export function validateConfiguration(configuration: JsonObject, path: string, errors: FieldError[]): void {
  const opaque = objectAt(configuration, 'opaque');
  if (!opaque) {
    errors.push(required(child(path, 'opaque')));
    return;
  }
  const field = `${path}.opaque.parameters`;
  const parameters = opaque['parameters'] ?? null;
  validateDriver(`${path}.opaque.driver`, textAt(opaque, 'driver'), errors);
  if (parameters === null) errors.push(required(field));
  else if (bytes(JSON.stringify(parameters)) > PARAMETER_BYTES_MAX) errors.push(tooLong(field, PARAMETER_BYTES_MAX));
  else if (!isObject(parameters)) errors.push(invalidValue(field, '<value omitted>', 'must be a valid JSON object'));
}

export function validateClaimSpec(spec: JsonObject | undefined, path: string, errors: FieldError[]): void {
  const devices = objectAt(spec, 'devices');
  const at = child(path, 'devices');
  const requests = objectsAt(devices, 'requests');
  const names = namesIn(requests);
  validateNamed(requests, child(at, 'requests'), LIST_MAX, (request, own) => validateRequest(request, own, errors), errors);
  const constrain = (constraint: JsonObject, own: string): void => validateConstraint(constraint, own, names, errors);
  validateItems(objectsAt(devices, 'constraints'), child(at, 'constraints'), LIST_MAX, constrain, errors);
  const configure = (configuration: JsonObject, own: string): void => {
    validateReferences(configuration, own, names, errors);
    validateConfiguration(configuration, own, errors);
  };
  validateItems(objectsAt(devices, 'config'), child(at, 'config'), LIST_MAX, configure, errors);
}
