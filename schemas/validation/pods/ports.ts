import { child, duplicate, type FieldError, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject, JsonValue } from '../../json-value.js';
import { invalidEach } from '../checks.js';

const NOT_IN_SET = /[^-a-z0-9]|^$/;
const PORT_RANGE = 'must be between 1 and 65535, inclusive';
export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** An IANA service name. */
export function portName(name: string): string[] {
  const messages: string[] = [];
  if (name.length > 15) messages.push('must be no more than 15 characters');
  if (NOT_IN_SET.test(name)) messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) messages.push('must contain at least one letter (a-z)');
  if (name.includes('--')) messages.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
}

export const portNumber = (port: number): string[] => (port >= 1 && port <= 65535 ? [] : [PORT_RANGE]);

/** A number, or the name of a port. */
export function validatePortNumberOrName(port: JsonValue | undefined, field: string, errors: FieldError[]): void {
  if (typeof port === 'string') invalidEach(field, port, portName(port), errors);
  else invalidEach(field, (port ?? 0) as number, portNumber(Number(port ?? 0)), errors);
}

export function validateContainerPorts(ports: readonly JsonObject[], path: string, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach((port, i) => {
    const at = index(path, i);
    const name = (port['name'] ?? '') as string;
    if (name !== '') {
      const messages = portName(name);
      invalidEach(child(at, 'name'), name, messages, errors);
      if (messages.length === 0) {
        if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
        names.add(name);
      }
    }
    const containerPort = Number(port['containerPort'] ?? 0);
    if (containerPort === 0) errors.push(required(child(at, 'containerPort')));
    else invalidEach(child(at, 'containerPort'), containerPort, portNumber(containerPort), errors);
    const hostPort = Number(port['hostPort'] ?? 0);
    if (hostPort !== 0) invalidEach(child(at, 'hostPort'), hostPort, portNumber(hostPort), errors);
    validateProtocol(port, at, errors);
  });
}

export function validateProtocol(port: JsonObject, path: string, errors: FieldError[]): void {
  const protocol = (port['protocol'] ?? '') as string;
  const field = child(path, 'protocol');
  if (protocol === '') errors.push(required(field));
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(field, protocol, PROTOCOLS));
}

/** No two of these containers may want the same port of the host. */
export function validateHostPorts(containers: readonly JsonObject[], path: (container: number) => string, errors: FieldError[]): void {
  const taken = new Set<string>();
  containers.forEach((container, c) => {
    ((container['ports'] ?? []) as JsonObject[]).forEach((port, p) => {
      const hostPort = Number(port['hostPort'] ?? 0);
      if (hostPort === 0) return;
      const key = `${port['protocol'] ?? ''}/${port['hostIP'] ?? ''}/${hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${path(c)}.ports[${p}].hostPort`, key));
      taken.add(key);
    });
  });
}

/** With `hostNetwork` a container's ports are the host's. */
export function validateHostNetworkPorts(spec: JsonObject, path: string, isPod: boolean, errors: FieldError[]): void {
  if (spec['hostNetwork'] !== true) return;
  ((spec['containers'] ?? []) as JsonObject[]).forEach((container, c) => {
    ((container['ports'] ?? []) as JsonObject[]).forEach((port, p) => {
      const hostPort = Number(port['hostPort'] ?? 0);
      if ((isPod || hostPort !== 0) && hostPort !== Number(port['containerPort'] ?? 0)) {
        const field = `${path}.containers[${c}].ports[${p}].hostPort`;
        errors.push(invalidValue(field, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
      }
    });
  });
}
