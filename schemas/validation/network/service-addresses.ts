/** Cluster IPs and their families: what a Service may ask for, and how that may change. */
import { type FieldError, index, invalidValue, notSupported, required, duplicate } from '../../field-errors.js';
import type { JsonObject, JsonValue } from '../../json-value.js';
import { parseAddress, validateLegacyIp } from '../ip.js';
import { objectAt, textAt, textsAt } from '../members.js';

export const CLUSTER_IPS = 'spec.clusterIPs';
export const IP_FAMILIES = 'spec.ipFamilies';
export const IP_FAMILY_POLICY = 'spec.ipFamilyPolicy';
const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const FIXED = 'may not change once set';

export type IpFamily = 'IPv4' | 'IPv6';

export const specOf = (service: JsonObject): JsonObject => objectAt(service, 'spec') ?? {};
export const clusterIpsOf = (service: JsonObject): readonly string[] => textsAt(specOf(service), 'clusterIPs');
export const familiesOf = (service: JsonObject): readonly string[] => textsAt(specOf(service), 'ipFamilies');
export const familyPolicyOf = (service: JsonObject): string => textAt(specOf(service), 'ipFamilyPolicy');
export const isExternalName = (service: JsonObject): boolean => textAt(specOf(service), 'type') === 'ExternalName';

export function isHeadless(service: JsonObject): boolean {
  const ips = clusterIpsOf(service);
  return ips.length === 1 && ips[0] === 'None';
}

/** Anything but IPv6 counts as IPv4. */
export const familyOf = (ip: string): IpFamily => (parseAddress(ip)?.family === 6 ? 'IPv6' : 'IPv4');
export const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, i) => text === b[i]);
/** A member as it is printed: null where it is absent. */
const printed = (service: JsonObject, member: string): JsonValue => specOf(service)[member] ?? null;

/** `clusterIP` is the first of `clusterIPs`. */
function validatePair(service: JsonObject, errors: FieldError[]): void {
  const ip = textAt(specOf(service), 'clusterIP');
  const ips = clusterIpsOf(service);
  if (ip === '') {
    if (ips.length > 0) errors.push(invalidValue(CLUSTER_IPS, ips, 'must be empty when `clusterIP` is not specified'));
  } else if (ips.length === 0) errors.push(required(CLUSTER_IPS));
  else if (ips[0] !== ip) errors.push(invalidValue(CLUSTER_IPS, ips, 'first value must match `clusterIP`'));
}

function validateFamilies(service: JsonObject, errors: FieldError[]): void {
  const seen = new Set<string>();
  familiesOf(service).forEach((family, i) => {
    const field = index(IP_FAMILIES, i);
    if (!FAMILIES.includes(family)) errors.push(notSupported(field, family, FAMILIES));
    if (seen.has(family)) errors.push(duplicate(field, family));
    seen.add(family);
  });
  const policy = specOf(service)['ipFamilyPolicy'] as string | undefined;
  if (policy !== undefined && !FAMILY_POLICIES.includes(policy)) errors.push(notSupported(IP_FAMILY_POLICY, policy, FAMILY_POLICIES));
}

/** False where an address is no address: then nothing more can be said. */
function validateAddresses(ips: readonly string[], stored: readonly string[], errors: FieldError[]): boolean {
  let valid = true;
  ips.forEach((ip, i) => {
    if (i > 0 || ip !== 'None') {
      valid = validateLegacyIp(index(CLUSTER_IPS, i), ip, errors, stored) && valid;
    } else if (ips.length > 1) {
      errors.push(invalidValue(CLUSTER_IPS, ips, "'None' must be the first and only value"));
      valid = false;
    }
  });
  return valid;
}

function validateAddressFamilies(service: JsonObject, errors: FieldError[]): void {
  const ips = clusterIpsOf(service);
  const families = familiesOf(service);
  const isDualStack = new Set(ips.map(familyOf)).size === 2 && ips.length === 2;
  if (ips.length > 1 && !isDualStack) errors.push(invalidValue(CLUSTER_IPS, ips, 'may specify no more than one IP for each IP family'));
  if (isHeadless(service)) return;
  ips.slice(0, families.length).forEach((ip, i) => {
    const expected = families[i]!;
    if (FAMILIES.includes(expected) && familyOf(ip) !== expected)
      errors.push(invalidValue(index(CLUSTER_IPS, i), ip, `expected an ${expected} value as indicated by \`ipFamilies[${i}]\``));
  });
}

export function validateClusterIps(service: JsonObject, old: JsonObject | undefined, errors: FieldError[]): void {
  if (isExternalName(service)) return;
  const ips = clusterIpsOf(service);
  validatePair(service, errors);
  validateFamilies(service, errors);
  const valid = validateAddresses(ips, old ? clusterIpsOf(old) : [], errors);
  if (ips.length > 2) errors.push(invalidValue(CLUSTER_IPS, ips, 'may only hold up to 2 values'));
  if (valid) validateAddressFamilies(service, errors);
}

function validateReleasing(service: JsonObject, what: string, errors: FieldError[]): void {
  if (familyPolicyOf(service) === 'SingleStack') return;
  errors.push(
    invalidValue(IP_FAMILY_POLICY, printed(service, 'ipFamilyPolicy'), `must be set to 'SingleStack' when releasing the secondary ${what}`),
  );
}

/** A second address may come or go; the first stays. */
function validateClusterIpChange(service: JsonObject, old: JsonObject, errors: FieldError[]): void {
  if (isHeadless(old) && isHeadless(service)) return;
  const [ips, before] = [clusterIpsOf(service), clusterIpsOf(old)];
  const changed = (i: number): void => {
    if (ips[i] !== before[i]) errors.push(invalidValue(index(CLUSTER_IPS, i), printed(service, 'clusterIPs'), FIXED));
  };
  if (before.length === ips.length) {
    before.forEach((_, i) => {
      changed(i);
    });
    return;
  }
  if (ips.length === 0)
    errors.push(invalidValue(index(CLUSTER_IPS, 0), printed(service, 'clusterIPs'), 'primary clusterIP can not be unset'));
  else if (before.length > 0) changed(0);
  if (ips.length < before.length && ips.length === 1) validateReleasing(service, 'clusterIP', errors);
}

function validateFamilyChange(service: JsonObject, old: JsonObject, errors: FieldError[]): void {
  if (isHeadless(service) || isHeadless(old)) return;
  const [families, before] = [familiesOf(service), familiesOf(old)];
  const first = index(IP_FAMILIES, 0);
  if (before.length === families.length) {
    before.forEach((family, i) => {
      if (family !== families[i]) errors.push(invalidValue(first, printed(service, 'ipFamilies'), FIXED));
    });
    return;
  }
  if (families.length < before.length && clusterIpsOf(service).length === 0)
    errors.push(invalidValue(first, printed(service, 'ipFamilies'), 'primary ipFamily can not be unset'));
  if (families.length > 0 && before.length > 0 && families[0] !== before[0])
    errors.push(invalidValue(first, printed(service, 'clusterIPs'), FIXED));
  if (families.length < before.length && families.length === 1) validateReleasing(service, 'ipFamily', errors);
}

export function validateClusterIpsUpdate(service: JsonObject, old: JsonObject, errors: FieldError[]): void {
  if (isExternalName(service) || isExternalName(old)) return;
  validateClusterIpChange(service, old, errors);
  validateFamilyChange(service, old, errors);
}
