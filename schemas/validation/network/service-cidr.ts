/** ServiceCIDR and IPAddress */
import { child, type FieldError, index, invalidValue, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain, pathSegment } from '../../names.js';
import { IMMUTABLE, immutable, invalidEach } from '../checks.js';
import { goForm } from '../go-form.js';
import { parseCidr, validateCanonicalCidr } from '../ip.js';
import { ALL_BUT_STATUS, keepAllButStatus } from '../kept-metadata.js';
import { objectAt, take, textAt, textsAt } from '../members.js';
import type { KindRules } from '../rules.js';

const CIDRS = 'spec.cidrs';
const cidrsOf = (object: JsonObject): readonly string[] => textsAt(objectAt(object, 'spec'), 'cidrs');

function validateCidrs(cidrs: readonly string[], errors: FieldError[]): void {
  if (cidrs.length === 0) errors.push(required(CIDRS, 'at least one CIDR required'));
  else if (cidrs.length > 2) errors.push(invalidValue(CIDRS, { CIDRs: cidrs }, 'may only hold up to 2 values'));
  if (cidrs.length === 0 || cidrs.length > 2) return;
  cidrs.forEach((cidr, i) => {
    validateCanonicalCidr(index(CIDRS, i), cidr, errors);
  });
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.address.family);
  if (first !== undefined && first === second) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalidValue(CIDRS, cidrs, detail));
  }
}

/** What was there stays; a second CIDR may join a first. */
function validateCidrsUpdate(object: JsonObject, stored: JsonObject, errors: FieldError[]): void {
  const [cidrs, old] = [cidrsOf(object), cidrsOf(stored)];
  const added = old.length === 1 && cidrs.length === 2;
  if (cidrs.length !== old.length && !added) {
    errors.push(invalidValue(CIDRS, objectAt(object, 'spec')?.['cidrs'] ?? null, IMMUTABLE));
    return;
  }
  old.forEach((cidr, i) => {
    if (cidrs[i] !== cidr) errors.push(invalidValue(index(CIDRS, i), cidrs[i], IMMUTABLE));
  });
  if (added) validateCidrs(cidrs, errors);
}

export const serviceCidr: KindRules = {
  prepareForCreate(object) {
    object['status'] = {};
  },
  prepareForUpdate: (object, old) => take(object, old, 'status'),
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validate(object) {
    const errors: FieldError[] = [];
    validateCidrs(cidrsOf(object), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateCidrsUpdate(object, old, errors);
    return errors;
  },
};

const PARENT = 'spec.parentRef';
const parentOf = (object: JsonObject): JsonObject | undefined => objectAt(objectAt(object, 'spec'), 'parentRef');

function validateParent(parent: JsonObject | undefined, errors: FieldError[]): void {
  if (!parent) {
    errors.push(required(PARENT));
    return;
  }
  const group = textAt(parent, 'group');
  if (group !== '') invalidEach(`${PARENT}.group`, group, dnsSubdomain(group), errors);
  for (const member of ['resource', 'name', 'namespace']) {
    const value = textAt(parent, member);
    if (value !== '') invalidEach(child(PARENT, member), value, pathSegment(value), errors);
    else if (member !== 'namespace') errors.push(required(child(PARENT, member)));
  }
}

/** That its name is the canonical text of an address is a rule of names. */
export const ipAddress: KindRules = {
  validate(object) {
    const errors: FieldError[] = [];
    validateParent(parentOf(object), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    const parent = parentOf(object);
    validateParent(parent, errors);
    immutable(PARENT, parent, parentOf(old), errors, goForm('io.k8s.api.networking.v1.ParentReference', parent));
    return errors;
  },
};
