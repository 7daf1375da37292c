/** Probes and lifecycle hooks. */
import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { invalidEach, notNegative, positive } from '../checks.js';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { validatePortNumberOrName } from './ports.js';

function httpHeaderName(name: string): string[] {
  if (name !== '' && !/[^-A-Za-z0-9]/.test(name)) return [];
  return [
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
  ];
}

function validateHttpGet(action: JsonObject, path: string, errors: FieldError[]): void {
  if (textAt(action, 'path') === '') errors.push(required(child(path, 'path')));
  validatePortNumberOrName(action['port'], child(path, 'port'), errors);
  const scheme = textAt(action, 'scheme');
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') errors.push(notSupported(child(path, 'scheme'), scheme, ['HTTP', 'HTTPS']));
  for (const header of objectsAt(action, 'httpHeaders')) {
    const name = textAt(header, 'name');
    invalidEach(child(path, 'httpHeaders'), name, httpHeaderName(name), errors);
  }
}

type Validate = (action: JsonObject, path: string, errors: FieldError[], gracePeriod: number | undefined) => void;

const ACTIONS: Readonly<Record<string, Validate>> = {
  exec: (action, path, errors) => {
    if (textsAt(action, 'command').length === 0) errors.push(required(child(path, 'command')));
  },
  httpGet: validateHttpGet,
  tcpSocket: (action, path, errors) => validatePortNumberOrName(action['port'], child(path, 'port'), errors),
  grpc: (action, path, errors) => validatePortNumberOrName(action['port'], child(path, 'port'), errors),
  sleep: (action, path, errors, gracePeriod) => {
    const seconds = numberAt(action, 'seconds') ?? 0;
    if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return;
    errors.push(invalidValue(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`));
  },
};

const PROBE_ACTIONS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const HOOK_ACTIONS = ['exec', 'httpGet', 'tcpSocket', 'sleep'];

function validateHandler(
  handler: JsonObject,
  actions: readonly string[],
  path: string,
  errors: FieldError[],
  gracePeriod: number | undefined,
): void {
  const given = actions.filter((action) => objectAt(handler, action));
  given.forEach((action, i) => {
    const field = child(path, action);
    if (i > 0) errors.push(forbiddenField(field, 'may not specify more than 1 handler type'));
    else ACTIONS[action]!(objectAt(handler, action)!, field, errors, gracePeriod);
  });
  if (given.length === 0) errors.push(required(path, 'must specify a handler type'));
}

const PROBE_NUMBERS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];

function validateProbe(probe: JsonObject, path: string, errors: FieldError[]): void {
  validateHandler(probe, PROBE_ACTIONS, path, errors, undefined);
  for (const member of PROBE_NUMBERS) notNegative(probe, member, path, errors);
  positive(probe, 'terminationGracePeriodSeconds', path, errors);
}

function validateOnceSuccessful(probe: JsonObject, path: string, errors: FieldError[]): void {
  const threshold = numberAt(probe, 'successThreshold') ?? 0;
  if (threshold !== 1) errors.push(invalidValue(child(path, 'successThreshold'), threshold, 'must be 1'));
}

/** `livenessProbe`, `readinessProbe`, `startupProbe` */
export function validateProbes(container: JsonObject, path: string, errors: FieldError[]): void {
  const probed = (name: string, extra: (probe: JsonObject, path: string, errors: FieldError[]) => void): void => {
    const probe = objectAt(container, name);
    if (!probe) return;
    validateProbe(probe, child(path, name), errors);
    extra(probe, child(path, name), errors);
  };
  probed('livenessProbe', validateOnceSuccessful);
  probed('readinessProbe', (probe, at) => {
    const period = probe['terminationGracePeriodSeconds'];
    if (period !== undefined)
      errors.push(invalidValue(child(at, 'terminationGracePeriodSeconds'), period, 'must not be set for readinessProbes'));
  });
  probed('startupProbe', validateOnceSuccessful);
}

const WINDOWS_SIGNALS = ['SIGKILL', 'SIGTERM'];
const LINUX_SIGNALS = [
  ...['ABRT', 'ALRM', 'BUS', 'CHLD', 'CLD', 'CONT', 'FPE', 'HUP', 'ILL', 'INT', 'IO', 'IOT', 'KILL', 'PIPE', 'POLL', 'PROF', 'PWR'],
  ...['QUIT', 'RTMAX', 'RTMIN', 'SEGV', 'STKFLT', 'STOP', 'SYS', 'TERM', 'TRAP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'USR1', 'USR2'],
  ...['VTALRM', 'WINCH', 'XCPU', 'XFSZ'],
  ...Array.from({ length: 15 }, (_, i) => `RTMIN+${i + 1}`),
  ...Array.from({ length: 14 }, (_, i) => `RTMAX-${i + 1}`),
]
  .map((name) => `SIG${name}`)
  .sort();

function validateStopSignal(signal: string, os: JsonObject | undefined, field: string, errors: FieldError[]): void {
  if (!os) {
    errors.push(forbiddenField(field, 'may not be set for containers with empty `spec.os.name`'));
    return;
  }
  const supported = os['name'] === 'windows' ? WINDOWS_SIGNALS : os['name'] === 'linux' ? LINUX_SIGNALS : undefined;
  if (supported && !supported.includes(signal)) errors.push(notSupported(field, signal, supported));
}

export function validateLifecycle(
  container: JsonObject,
  os: JsonObject | undefined,
  gracePeriod: number | undefined,
  path: string,
  errors: FieldError[],
): void {
  const lifecycle = objectAt(container, 'lifecycle');
  if (!lifecycle) return;
  const at = child(path, 'lifecycle');
  for (const hook of ['postStart', 'preStop']) {
    const handler = objectAt(lifecycle, hook);
    if (handler) validateHandler(handler, HOOK_ACTIONS, child(at, hook), errors, gracePeriod);
  }
  if (lifecycle['stopSignal'] !== undefined) validateStopSignal(textAt(lifecycle, 'stopSignal'), os, child(at, 'stopSignal'), errors);
}
