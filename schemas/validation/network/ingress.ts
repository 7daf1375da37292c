/** Ingress and IngressClass */
import { defaultIngressClass } from '../../defaulting/network.js';
import { child, type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dns1035Label, dnsLabel, dnsSubdomain, pathSegment } from '../../names.js';
import { bytes, made, numberAt, objectAt, objectsAt, present, specOf, take, textAt, textsAt } from '../members.js';
import { immutable, invalidEach } from '../checks.js';
import { validateDomainPrefixedPath } from '../domain-prefixed-path.js';
import { parseAddress } from '../ip.js';
import { portName, portNumber } from '../pods/ports.js';
import type { KindRules } from '../rules.js';
import { validateBalancerStatus, warnOfBalancerStatus } from './load-balancer.js';

interface Options {
  allowInvalidSecretName?: boolean;
  allowInvalidWildcardHostRule?: boolean;
  serviceName: (name: string) => string[];
}

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const FORBIDDEN_IN_PATHS = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_AT_ENDS = ['/..', '/.'];

const annotationsOf = (object: JsonObject): JsonObject | undefined => objectAt(objectAt(object, 'metadata'), 'annotations');

const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric " +
  "characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is " +
  "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const NOT_SUBDOMAIN = /^$|[^-a-z0-9.]|^[-.]|[-.]$|\.[-.]|-\./;

/** `*.example.com` */
function wildcardSubdomain(host: string): string[] {
  const messages = host.length > 253 ? ['must be no more than 253 characters'] : [];
  if (!host.startsWith('*.') || NOT_SUBDOMAIN.test(host.slice(2))) messages.push(WILDCARD);
  return messages;
}

const hostMessages = (host: string): string[] => (host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host));

/** The group, kind and name of a reference to an object in the same namespace. */
function validateTypedReference(reference: JsonObject, path: string, errors: FieldError[]): void {
  const group = reference['apiGroup'];
  if (typeof group === 'string') invalidEach(`${path}.apiGroup`, group, dnsSubdomain(group), errors);
  for (const member of ['kind', 'name']) {
    const value = textAt(reference, member);
    if (value === '') errors.push(required(child(path, member)));
    else invalidEach(child(path, member), value, pathSegment(value), errors);
  }
}

function validateServiceBackend(service: JsonObject, path: string, options: Options, errors: FieldError[]): void {
  const name = textAt(service, 'name');
  if (name === '') errors.push(required(`${path}.service.name`));
  else invalidEach(`${path}.service.name`, name, options.serviceName(name), errors);
  const port = objectAt(service, 'port');
  const [byName, byNumber] = [textAt(port, 'name'), numberAt(port, 'number') ?? 0];
  const at = `${path}.service.port`;
  if (byName !== '' && byNumber !== 0) errors.push(invalidValue(path, '', 'cannot set both port name & port number'));
  else if (byName !== '') invalidEach(`${at}.name`, byName, portName(byName), errors);
  else if (byNumber !== 0) invalidEach(`${at}.number`, byNumber, portNumber(byNumber), errors);
  else errors.push(required(path, 'port name or number is required'));
}

function validateBackend(backend: JsonObject, path: string, options: Options, errors: FieldError[]): void {
  const [resource, service] = [objectAt(backend, 'resource'), objectAt(backend, 'service')];
  if (resource && service) errors.push(invalidValue(path, '', 'cannot set both resource and service backends'));
  else if (resource) validateTypedReference(resource, `${path}.resource`, errors);
  else if (service) validateServiceBackend(service, path, options, errors);
  else errors.push(invalidValue(path, '', 'resource or service backend is required'));
}

function validatePathText(path: string, type: string, field: string, errors: FieldError[]): void {
  if (type === 'ImplementationSpecific' && path === '') return;
  if (!path.startsWith('/')) errors.push(invalidValue(field, path, 'must be an absolute path'));
  if (type === 'ImplementationSpecific') return;
  for (const part of FORBIDDEN_IN_PATHS) if (path.includes(part)) errors.push(invalidValue(field, path, `must not contain '${part}'`));
  for (const end of FORBIDDEN_AT_ENDS) if (path.endsWith(end)) errors.push(invalidValue(field, path, `cannot end with '${end}'`));
}

function validatePath(item: JsonObject, path: string, options: Options, errors: FieldError[]): void {
  const type = item['pathType'] as string | null | undefined;
  if (type === undefined || type === null) {
    errors.push(required(`${path}.pathType`, 'pathType must be specified'));
    return;
  }
  if (PATH_TYPES.includes(type)) validatePathText(textAt(item, 'path'), type, `${path}.path`, errors);
  else errors.push(notSupported(`${path}.pathType`, type, PATH_TYPES));
  validateBackend(objectAt(item, 'backend') ?? {}, `${path}.backend`, options, errors);
}

function validateRuleValue(rule: JsonObject, path: string, options: Options, errors: FieldError[]): void {
  const http = objectAt(rule, 'http');
  if (!http) return;
  const paths = objectsAt(http, 'paths');
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  paths.forEach((item, i) => {
    validatePath(item, `${path}.http.paths[${i}]`, options, errors);
  });
}

function validateRules(spec: JsonObject, options: Options, errors: FieldError[]): void {
  objectsAt(spec, 'rules').forEach((rule, i) => {
    const path = `spec.rules[${i}]`;
    const host = textAt(rule, 'host');
    if (parseAddress(host)) errors.push(invalidValue(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    if (host !== '') invalidEach(`${path}.host`, host, hostMessages(host), errors);
    if (!host.includes('*') || !options.allowInvalidWildcardHostRule) validateRuleValue(rule, path, options, errors);
  });
}

function validateTls(spec: JsonObject, options: Options, errors: FieldError[]): void {
  objectsAt(spec, 'tls').forEach((tls, t) => {
    textsAt(tls, 'hosts').forEach((host, h) => {
      invalidEach(`spec.tls[${t}].hosts[${h}]`, host, hostMessages(host), errors);
    });
    const secret = textAt(tls, 'secretName');
    if (secret !== '' && !options.allowInvalidSecretName) invalidEach(`spec.tls[${t}].secretName`, secret, dnsSubdomain(secret), errors);
  });
}

function validateSpec(spec: JsonObject, options: Options): FieldError[] {
  const errors: FieldError[] = [];
  const backend = objectAt(spec, 'defaultBackend');
  if (objectsAt(spec, 'rules').length === 0 && !backend)
    errors.push(invalidValue('spec', spec['rules'] ?? null, 'either `defaultBackend` or `rules` must be specified'));
  if (backend) validateBackend(backend, 'spec.defaultBackend', options, errors);
  validateRules(spec, options, errors);
  validateTls(spec, options, errors);
  const className = spec['ingressClassName'] as string | undefined;
  if (className !== undefined) invalidEach('spec.ingressClassName', className, dnsSubdomain(className), errors);
  return errors;
}

const hasInvalidSecretName = (spec: JsonObject): boolean =>
  objectsAt(spec, 'tls').some((tls) => textAt(tls, 'secretName') !== '' && dnsSubdomain(textAt(tls, 'secretName')).length > 0);

function hasInvalidWildcardRule(spec: JsonObject): boolean {
  return objectsAt(spec, 'rules').some((rule) => {
    const errors: FieldError[] = [];
    if (textAt(rule, 'host').includes('*')) validateRuleValue(rule, '', { serviceName: dns1035Label }, errors);
    return errors.length > 0;
  });
}

export const ingress: KindRules = {
  default(object) {
    made(made(object, 'status'), 'loadBalancer');
  },
  prepareForCreate(object) {
    object['status'] = { loadBalancer: {} };
  },
  prepareForUpdate: (object, old) => take(object, old, 'status'),
  validate(object) {
    const spec = specOf(object);
    const errors = validateSpec(spec, { serviceName: dnsLabel });
    const annotated = annotationsOf(object)?.[CLASS_ANNOTATION];
    const className = spec['ingressClassName'];
    if (annotated !== undefined && className !== undefined && annotated !== className)
      errors.push(invalidValue(`annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified'));
    return errors;
  },
  validateUpdate: (object, old) =>
    validateSpec(specOf(object), {
      allowInvalidSecretName: hasInvalidSecretName(specOf(old)),
      allowInvalidWildcardHostRule: hasInvalidWildcardRule(specOf(old)),
      serviceName: dnsLabel,
    }),
  validateStatusUpdate(object, old) {
    const errors: FieldError[] = [];
    validateBalancerStatus(object, old, errors);
    return errors;
  },
  warnings(object, old) {
    if (old || annotationsOf(object)?.[CLASS_ANNOTATION] === undefined || specOf(object)['ingressClassName'] !== undefined) return [];
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
  subresources: { status: { warnings: warnOfBalancerStatus } },
};

const CONTROLLER_MAX = 250;
const SCOPES = ['Cluster', 'Namespace'];

function validateParameters(parameters: JsonObject, path: string, errors: FieldError[]): void {
  validateTypedReference(parameters, path, errors);
  const scope = parameters['scope'] as string | undefined;
  const namespace = parameters['namespace'] as string | undefined;
  const field = `${path}.namespace`;
  if (scope === undefined) errors.push(required(`${path}.scope`));
  else if (!SCOPES.includes(scope)) errors.push(notSupported(`${path}.scope`, scope, SCOPES));
  else if (scope === 'Cluster') {
    if (namespace !== undefined) errors.push(forbiddenField(field, "`parameters.scope` is set to 'Cluster'"));
  } else if (namespace === undefined) errors.push(required(field, "`parameters.scope` is set to 'Namespace'"));
  else invalidEach(field, namespace, dnsLabel(namespace), errors);
}

function validateClass(object: JsonObject, errors: FieldError[]): void {
  const spec = specOf(object);
  const controller = textAt(spec, 'controller');
  if (bytes(controller) > CONTROLLER_MAX) errors.push(tooLong('spec.controller', CONTROLLER_MAX));
  validateDomainPrefixedPath('spec.controller', controller, errors);
  for (const parameters of present(objectAt(spec, 'parameters'))) validateParameters(parameters, 'spec.parameters', errors);
}

export const ingressClass: KindRules = {
  default: defaultIngressClass,
  validate(object) {
    const errors: FieldError[] = [];
    validateClass(object, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    immutable('spec.controller', textAt(specOf(object), 'controller'), textAt(specOf(old), 'controller'), errors);
    validateClass(object, errors);
    return errors;
  },
};
