/** Label and field selectors of list, watch and deletecollection as one predicate on entries (rest.md §6.4, §6.5). */
import { groupResourceName } from '../schemas/group-version.js';
import { badRequest } from '../schemas/status.js';
import { type FieldSelector, matchesLabels, parseFieldSelector, parseLabelSelector } from '../schemas/selectors.js';
import { nameOfKey, namespaceOfKey } from '../storage/keys.js';
import type { Entry } from '../storage/store.js';
import type { Request } from './api.js';
import { isNamespaced, type Resource } from './resource.js';

export interface Selection {
  match: ((entry: Entry) => boolean) | undefined;
  /** Some selector was given (R6.22). */
  isNarrowed: boolean;
}

/** Throws 400 for selectors that do not parse or name an unknown field. `requestName` of the legacy `/watch/…/<name>` path joins in (R7.36). */
export function selection(resource: Resource, request: Request, options: { labelSelector: string; fieldSelector: string }): Selection {
  const labels = parseLabelSelector(options.labelSelector);
  const fields = parseFieldSelector(options.fieldSelector);
  for (const term of fields) checkField(resource, term.field);
  if (request.info.watchPrefix && request.info.parts.length > 1) addName(fields, request.info.name);
  const isNarrowed = options.labelSelector !== '' || options.fieldSelector !== '';
  if (labels.length === 0 && fields.length === 0) return { match: undefined, isNarrowed };
  return { isNarrowed, match: (entry) => matchesLabels(labels, entry.labels) && fields.every((t) => (valueOf(entry, t.field) === t.value) === (t.operator !== '!=')) };
}

function addName(fields: FieldSelector, name: string): void {
  const other = fields.find((t) => t.field === 'metadata.name' && t.operator !== '!=' && t.value !== name);
  if (other) throw badRequest("fieldSelector metadata.name doesn't match requested name");
  fields.push({ field: 'metadata.name', operator: '=', value: name });
}

function valueOf(entry: Entry, field: string): string {
  if (field === 'metadata.name') return nameOfKey(entry.key);
  if (field === 'metadata.namespace') return namespaceOfKey(entry.key);
  return entry.fields[field] ?? '';
}

/** R6.51 */
function checkField(resource: Resource, field: string): void {
  if (field === 'metadata.name') return;
  const { kind } = resource;
  const own = kind.selectableFields;
  const hasOwnList = resource.isCustom || own.length > 0;
  if (field === 'metadata.namespace' && (isNamespaced(resource) || !hasOwnList)) return;
  if (own.some((f) => f.label === field)) return;
  if (!hasOwnList) throw badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
  const name = groupResourceName({ group: resource.gvk.group, resource: kind.plural });
  if (name === 'jobs.batch') throw badRequest(`field label ${JSON.stringify(field)} not supported for Job`);
  throw badRequest(`field label not supported: ${field}`);
}
