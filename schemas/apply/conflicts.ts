/** Conflicts between an applier and other managers, as a 409 (A8, R5.60). */
import { goQuote } from '../field-errors.js';
import { StatusError } from '../status.js';
import { type FieldSet, paths } from './field-set.js';
import { identityOf, type ManagedEntry } from './managed-fields.js';
import { compareText, printPath } from './path.js';

export interface ManagerConflict {
  entry: ManagedEntry;
  /** Its fields that the apply would change; not empty. */
  set: FieldSet;
}

/** Not yet a reply: the last-applied annotation may still allow it (R5.64). */
export class ConflictsError extends Error {
  constructor(readonly conflicts: readonly ManagerConflict[]) {
    super('conflict');
  }
}

export function conflictStatus(conflicts: readonly ManagerConflict[]): StatusError {
  const sorted = conflicts
    .map(({ entry, set }) => ({ identity: identityOf(entry), who: describe(entry), fields: [...paths(set)].map(printPath) }))
    .sort((a, b) => compareText(a.identity, b.identity));
  const causes = sorted.flatMap(({ who, fields }) =>
    fields.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const text =
    causes.length === 1
      ? `1 conflict: ${causes[0]!.message}: ${causes[0]!.field}`
      : `${causes.length} conflicts: ${sorted
          .map(({ who, fields }) => [`conflicts with ${who}:`, ...fields.map((field) => `- ${field}`)].join('\n'))
          .join('\n')}`;
  return new StatusError(409, 'Conflict', `Apply failed with ${text}`, { causes });
}

function describe({ manager, operation, apiVersion, subresource }: ManagedEntry): string {
  const from = subresource ? ` with subresource ${goQuote(subresource)}` : '';
  const using = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${goQuote(manager)}${from}${using}`;
}
