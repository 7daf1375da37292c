/** Paths that name a place in a schema: selectable fields (B2.12) and the fieldPath of rules (B2.30). */
import { child, index } from '../field-errors.js';
import { additionalOf, propertyOf, type Structural } from '../structural/structural.js';
import { isObject } from '../json-value.js';

export type ResolvedPath = { node: Structural; field: string; problem?: undefined } | { problem: string };

/** `.spec.a`, `['k']`: resolves a path from a node. `field` is how errors write it: `spec.map[k]` (B7.7). */
export function resolveSchemaPath(path: string, root: Structural, allowBrackets: boolean): ResolvedPath {
  const tokens = tokensOf(path);
  let node = root;
  let field = '';
  for (let i = 0; i < tokens.length; i++) {
    let name = '';
    if (tokens[i] === '.') {
      i++;
      if (tokens[i] === undefined) return { problem: 'unexpected end of JSON path' };
      name = tokens[i]!;
    } else if (tokens[i] !== '[') return { problem: `expected [ or . but got: ${tokens[i]}` };
    else if (!allowBrackets) return { problem: 'array notation is not allowed' };
    else {
      const quoted = tokens[++i];
      if (quoted === undefined) return { problem: 'unexpected end of JSON path' };
      if (!/^'.*'$/s.test(quoted) || quoted.length < 2) return { problem: `expected single quoted string but got ${quoted}` };
      name = quoted.slice(1, -1).replace(/\\(['\\])/g, '$1');
      if (tokens[++i] !== ']')
        return { problem: tokens[i] === undefined ? 'unexpected end of JSON path' : `expected ] but got ${tokens[i]}` };
    }
    const declares = isObject(node.raw.properties) && Object.keys(node.raw.properties).length > 0;
    const next = declares ? propertyOf(node, name) : additionalOf(node);
    if (next === undefined) return { problem: 'does not refer to a valid field' };
    field = declares ? child(field, name) : index(field, name);
    node = next;
  }
  return { node, field };
}

/** The delimiters `.`, `[`, `]`, quoted texts, and what stands between. */
function tokensOf(path: string): string[] {
  return path.match(/'(?:[^\\']|\\.)*'|[.[\]]|[^.[\]]+/gs) ?? [];
}
