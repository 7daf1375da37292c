/** Paths inside volumes and on hosts. */
import { type FieldError, invalidValue } from '../../field-errors.js';

export function validateNoBacksteps(path: string, field: string, errors: FieldError[]): void {
  if (hasBacksteps(path)) errors.push(invalidValue(field, path, "must not contain '..'"));
}

export const hasBacksteps = (path: string): boolean => path.split('/').includes('..');

export function validateDescendingPath(path: string, field: string, errors: FieldError[]): void {
  if (path.startsWith('/')) errors.push(invalidValue(field, path, 'must be a relative path'));
  validateNoBacksteps(path, field, errors);
}

/** A path below a volume that no system file uses: relative, no `..`, no name that starts with `..`. */
export function validateLocalPath(path: string, field: string, errors: FieldError[]): void {
  validateDescendingPath(path, field, errors);
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalidValue(field, path, "must not start with '..'"));
}
