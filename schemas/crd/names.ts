/** The names of a definition (B2.5). */
import { child, index, invalidValue, required, type FieldError } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dns1035Label } from '../names.js';
import { textAt, textsAt } from '../validation/members.js';

/** A Kind is a label once it is lowercased; undefined where it is fine. */
export function kindProblems(kind: string): string | undefined {
  const found = dns1035Label(kind.toLowerCase());
  return found.length === 0 ? undefined : `may have mixed case, but should otherwise match: ${found.join(',')}`;
}

export function missingNameErrors(names: JsonObject | undefined): FieldError[] {
  return ['plural', 'singular', 'kind', 'listKind']
    .filter((name) => textAt(names, name) === '')
    .map((name) => required(`spec.names.${name}`));
}

/** Malformed names; empty ones are somebody else's concern. Also for the accepted names, at their own path. */
export function nameErrors(names: JsonObject | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const labelAt = (at: string, name: string): void => {
    const problems = dns1035Label(name);
    if (problems.length > 0) errors.push(invalidValue(at, name, problems.join(',')));
  };
  const labelsAt = (name: string): void => {
    for (const [i, label] of textsAt(names, name).entries()) labelAt(index(child(path, name), i), label);
  };
  for (const name of ['plural', 'singular']) if (textAt(names, name) !== '') labelAt(child(path, name), textAt(names, name));
  for (const name of ['kind', 'listKind']) {
    const kind = textAt(names, name);
    const problems = kind === '' ? undefined : kindProblems(kind);
    if (problems !== undefined) errors.push(invalidValue(child(path, name), kind, problems));
  }
  labelsAt('shortNames');
  const listKind = textAt(names, 'listKind');
  if (listKind !== '' && listKind === textAt(names, 'kind')) {
    errors.push(invalidValue(child(path, 'listKind'), listKind, 'kind and listKind may not be the same'));
  }
  labelsAt('categories');
  return errors;
}
