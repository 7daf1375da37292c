/** What a load balancer reports: the same in the status of Services and Ingresses. */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain } from '../../names.js';
import { invalidEach } from '../checks.js';
import { parseAddress, validateLegacyIp, warnOfIp } from '../ip.js';
import { objectAt, objectsAt, textAt } from '../members.js';

const PATH = 'status.loadBalancer.ingress';
const IP_MODES = ['Proxy', 'VIP'];

export const balancerIngress = (object: JsonObject): readonly JsonObject[] =>
  objectsAt(objectAt(objectAt(object, 'status'), 'loadBalancer'), 'ingress');

function validateIpMode(ingress: JsonObject, field: string, errors: FieldError[]): void {
  const mode = ingress['ipMode'] as string | undefined;
  const hasIp = textAt(ingress, 'ip') !== '';
  if (mode === undefined) {
    if (hasIp) errors.push(required(field, 'must be specified when `ip` is set'));
  } else if (!hasIp) errors.push(forbiddenField(field, 'may not be specified when `ip` is not set'));
  else if (!IP_MODES.includes(mode)) errors.push(notSupported(field, mode, IP_MODES));
}

/** Services tell the mode of an address too. */
export function validateBalancerStatus(object: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const isService = object['kind'] === 'Service';
  const ingresses = balancerIngress(object);
  if (isService && textAt(objectAt(object, 'spec'), 'type') !== 'LoadBalancer' && ingresses.length > 0) {
    errors.push(forbiddenField(PATH, "may only be used when `spec.type` is 'LoadBalancer'"));
    return;
  }
  const stored = balancerIngress(old).map((ingress) => textAt(ingress, 'ip'));
  ingresses.forEach((ingress, i) => {
    const path = `${PATH}[${i}]`;
    const [ip, hostname] = [textAt(ingress, 'ip'), textAt(ingress, 'hostname')];
    if (ip !== '') validateLegacyIp(`${path}.ip`, ip, errors, stored);
    if (isService) validateIpMode(ingress, `${path}.ipMode`, errors);
    if (hostname === '') return;
    invalidEach(`${path}.hostname`, hostname, dnsSubdomain(hostname), errors);
    if (parseAddress(hostname)) errors.push(invalidValue(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
}

export function warnOfBalancerStatus(object: JsonObject): string[] {
  const warnings: string[] = [];
  balancerIngress(object).forEach((ingress, i) => {
    warnOfIp(`${PATH}[${i}]`, textAt(ingress, 'ip'), warnings);
  });
  return warnings;
}
