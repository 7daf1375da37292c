/** What a write is about, in one comparison. */
import type { Attributes } from '../admission.js';
import type { Operation } from './operation.js';

/** Whether the write is one of `operations` on the objects of a resource themselves, not on a subresource. */
export function concerns(
  { resource, subresource, operation }: Attributes,
  group: string,
  plural: string,
  operations: readonly Operation[],
): boolean {
  return resource.gr.resource === plural && resource.gr.group === group && subresource === '' && operations.includes(operation);
}
