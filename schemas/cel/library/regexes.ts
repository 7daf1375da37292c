import type { Library } from '../functions.js';
import { ArrayList, CelError, type Value } from '../values.js';
import { regex } from './texts.js';

/** The first `limit` matches, all if it is negative. */
function findAll(text: string, pattern: string, limit: number): string[] | CelError {
  const compiled = regex(pattern);
  if (compiled instanceof CelError) return new CelError(`Illegal regex: ${compiled.message}`);
  const found: string[] = [];
  const matcher = compiled.matcher(text);
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

function list(found: string[] | CelError): Value {
  return found instanceof CelError ? found : new ArrayList(found);
}
function first(found: string[] | CelError): Value {
  return found instanceof CelError ? found : (found[0] ?? '');
}

/** `find` and `findAll` (B7.23). */
export const regexes: Library = {
  find: [['string_find_string', 'string.(string) -> string', (text, pattern) => first(findAll(text as string, pattern as string, 1))]],
  findAll: [
    ['string_find_all_string', 'string.(string) -> list(string)', (text, pattern) => list(findAll(text as string, pattern as string, -1))],
    [
      'string_find_all_string_int',
      'string.(string, int) -> list(string)',
      (text, pattern, limit) => list(findAll(text as string, pattern as string, Number(limit))),
    ],
  ],
};
