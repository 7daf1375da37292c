import type { JsonObject } from '../../json-value.js';
import { flagAt, objectAt, objectsAt } from '../members.js';

/** The three lists of containers, in the order in which Kubernetes walks over them. */
export const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Calls `visitor` with every container and its path below `path` (that of the pod spec). */
export function visitContainers(spec: JsonObject | undefined, path: string, visitor: (container: JsonObject, path: string) => void): void {
  for (const list of CONTAINER_LISTS) {
    objectsAt(spec, list).forEach((container, i) => {
      visitor(container, `${path}.${list}[${i}]`);
    });
  }
}

/** The containers of all three lists. */
export function containersOf(spec: JsonObject | undefined): JsonObject[] {
  return CONTAINER_LISTS.flatMap((list) => [...objectsAt(spec, list)]);
}

export const isSidecar = (container: JsonObject): boolean => container['restartPolicy'] === 'Always';

/** Whether the pod has a user namespace of its own. */
export const hasUserNamespace = (spec: JsonObject): boolean => spec['hostUsers'] === false;

export const isPrivileged = (container: JsonObject): boolean => flagAt(objectAt(container, 'securityContext'), 'privileged');
