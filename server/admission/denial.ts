import { metaOf } from '../../schemas/object-meta.js';
import { forbidden, type StatusError } from '../../schemas/status.js';
import type { Attributes } from '../admission.js';

/** R2.22: the name that a refusal prints: the request's, else the new object's, else its generateName, else `Unknown`. */
export function nameForDenial({ name, object }: Attributes): string {
  if (name !== '') return name;
  const meta = object && metaOf(object);
  return meta?.name || meta?.generateName || 'Unknown';
}

/** The 403 of a plugin (R2.22). */
export function denial(attributes: Attributes, why: string): StatusError {
  return forbidden(attributes.resource.gr, nameForDenial(attributes), why);
}
