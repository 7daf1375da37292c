/** Label and field selectors of list, watch and deletecollection as one predicate on entries (rest.md §6.4, §6.5). */
import { badRequest } from '../schemas/status.js';
import { type FieldSelector, matchesLabels, parseFieldSelector, parseLabelSelector } from '../schemas/selectors.js';
import { parseKey } from '../storage/keys.js';
import type { Entry } from '../storage/entry.js';
import type { Request } from './api.js';
import { selectableFields } from './codec.js';
import { isNamespaced, type Resource } from './resource.js';

export interface Selection {
  match: ((entry: Entry) => boolean) | undefined;
  /** Some selector was given (R6.22). */
  isNarrowed: boolean;
  /** One name, in one place: Kubernetes reads that object instead of a collection, so no page follows. */
  isSingle: boolean;
}

/** Throws 400 for selectors that do not parse or name an unknown field. `requestName` of the legacy `/watch/…/<name>` path joins in (R7.36). */
export function selection(resource: Resource, request: Request, options: { labelSelector: string; fieldSelector: string }): Selection {
  const labels = parseLabelSelector(options.labelSelector);
  const asked = parseFieldSelector(options.fieldSelector);
  for (const term of asked) checkField(resource, term.field);
  const fields = request.info.watchPrefix && request.info.parts.length > 1 ? withName(asked, request.info.name) : asked;
  const isNarrowed = options.labelSelector !== '' || options.fieldSelector !== '';
  if (labels.length === 0 && fields.length === 0) return { match: undefined, isNarrowed, isSingle: false };
  return {
    isNarrowed,
    isSingle: fields.some((t) => t.field === 'metadata.name' && !t.not) && (!isNamespaced(resource) || request.info.namespace !== ''),
    match: (entry) => matchesLabels(labels, entry.labels) && fields.every((t) => (fieldOf(resource, entry, t.field) === t.value) !== t.not),
  };
}

function withName(fields: FieldSelector, name: string): FieldSelector {
  const other = fields.find((t) => t.field === 'metadata.name' && !t.not && t.value !== name);
  if (other) throw badRequest("fieldSelector metadata.name doesn't match requested name");
  return [...fields, { field: 'metadata.name', not: false, value: name }];
}

function fieldOf(resource: Resource, entry: Entry, field: string): string {
  if (field === 'metadata.name') return parseKey(entry.key).name;
  if (field === 'metadata.namespace') return parseKey(entry.key).namespace;
  return selectableFields(resource, entry)[field] ?? '';
}

/** R6.51 */
function checkField({ kind }: Resource, field: string): void {
  if (!kind.fieldLabels.some(({ label }) => label === field)) throw badRequest(kind.unknownFieldLabel.replace('%s', () => field));
}
