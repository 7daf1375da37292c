import { defaultNetworkPolicy } from '../../defaulting/network.js';
import { child, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { invalidEach } from '../checks.js';
import { cidrContains, parseCidr, validateLegacyCidr, warnOfCidr } from '../ip.js';
import { type LabelSelectorOptions, validateLabelSelector } from '../label-selector.js';
import { numberAt, objectAt, objectsAt, present, textAt, textsAt } from '../members.js';
import { portNumber, validatePortNumberOrName } from '../pods/ports.js';
import type { KindRules } from '../rules.js';

interface Options extends LabelSelectorOptions {
  /** CIDRs of the stored policy stay allowed anywhere in the new one. */
  storedCidrs?: readonly string[];
}

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES = ['Ingress', 'Egress'];
const DIRECTIONS = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

const specOf = (policy: JsonObject): JsonObject => objectAt(policy, 'spec') ?? {};

function validatePort(port: JsonObject, path: string, errors: FieldError[]): void {
  const protocol = port['protocol'] as string | undefined;
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
  const number = port['port'] ?? undefined;
  const end = numberAt(port, 'endPort');
  const field = `${path}.endPort`;
  if (number === undefined) {
    if (end !== undefined) errors.push(invalidValue(field, end, 'may not be specified when `port` is not specified'));
    return;
  }
  const isName = typeof number === 'string';
  if (isName && end !== undefined) errors.push(invalidValue(field, end, 'may not be specified when `port` is non-numeric'));
  validatePortNumberOrName(number, `${path}.port`, errors);
  if (isName || end === undefined) return;
  if (end < Number(number)) errors.push(invalidValue(field, number, 'must be greater than or equal to `port`'));
  invalidEach(field, end, portNumber(end), errors);
}

function validateIpBlock(block: JsonObject, path: string, options: Options, errors: FieldError[]): void {
  const text = textAt(block, 'cidr');
  if (text === '') {
    errors.push(required(`${path}.cidr`));
    return;
  }
  validateLegacyCidr(`${path}.cidr`, text, errors, options.storedCidrs);
  const cidr = parseCidr(text);
  if (!cidr) return;
  textsAt(block, 'except').forEach((excepted, i) => {
    const field = index(`${path}.except`, i);
    validateLegacyCidr(field, excepted, errors, options.storedCidrs);
    const inner = parseCidr(excepted);
    if (inner && !(cidrContains(cidr, inner) && cidr.prefixLength < inner.prefixLength))
      errors.push(invalidValue(field, excepted, 'must be a strict subset of `cidr`'));
  });
}

function validatePeer(peer: JsonObject, path: string, options: Options, errors: FieldError[]): void {
  const selectors = ['podSelector', 'namespaceSelector'].filter((member) => objectAt(peer, member));
  for (const member of selectors) validateLabelSelector(objectAt(peer, member), child(path, member), errors, options);
  const block = objectAt(peer, 'ipBlock');
  if (block) validateIpBlock(block, `${path}.ipBlock`, options, errors);
  if (selectors.length === 0 && !block) errors.push(required(path, 'must specify a peer'));
  else if (selectors.length > 0 && block) errors.push(forbiddenField(path, 'may not specify both ipBlock and another peer'));
}

function validateSpec(spec: JsonObject, options: Options): FieldError[] {
  const errors: FieldError[] = [];
  validateLabelSelector(objectAt(spec, 'podSelector'), 'spec.podSelector', errors, options);
  for (const [direction, peers] of DIRECTIONS) {
    objectsAt(spec, direction).forEach((rule, r) => {
      const path = `spec.${direction}[${r}]`;
      objectsAt(rule, 'ports').forEach((port, p) => {
        validatePort(port, `${path}.ports[${p}]`, errors);
      });
      objectsAt(rule, peers).forEach((peer, p) => {
        validatePeer(peer, `${path}.${peers}[${p}]`, options, errors);
      });
    });
  }
  const types = textsAt(spec, 'policyTypes');
  if (types.length > POLICY_TYPES.length) {
    errors.push(invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'));
    return errors;
  }
  types.forEach((type, i) => {
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(index('spec.policyTypes', i), type, POLICY_TYPES));
  });
  return errors;
}

/** Every `ipBlock` of the policy with the place where it stands. */
function ipBlocks(policy: JsonObject): { block: JsonObject; path: string }[] {
  return DIRECTIONS.flatMap(([direction, peers]) =>
    objectsAt(specOf(policy), direction).flatMap((rule, r) =>
      objectsAt(rule, peers).flatMap((peer, p) =>
        present(objectAt(peer, 'ipBlock')).map((block) => ({ block, path: `spec.${direction}[${r}].${peers}[${p}].ipBlock` })),
      ),
    ),
  );
}

const isInvalid = (selector: JsonObject | undefined): boolean => {
  const errors: FieldError[] = [];
  validateLabelSelector(selector, '', errors);
  return errors.length > 0;
};

export const networkPolicy: KindRules = {
  tellsEmpty: true,
  default: defaultNetworkPolicy,
  validate: (object) => validateSpec(specOf(object), {}),
  validateUpdate: (object, old) =>
    validateSpec(specOf(object), {
      allowInvalidValues: isInvalid(objectAt(specOf(old), 'podSelector')),
      storedCidrs: ipBlocks(old).flatMap(({ block }) => [textAt(block, 'cidr'), ...textsAt(block, 'except')]),
    }),
  warnings(object) {
    const warnings: string[] = [];
    for (const { block, path } of ipBlocks(object)) {
      warnOfCidr(`${path}.cidr`, textAt(block, 'cidr'), warnings);
      textsAt(block, 'except').forEach((excepted, i) => {
        warnOfCidr(index(`${path}.except`, i), excepted, warnings);
      });
    }
    return warnings;
  },
};
