import { RE2JS, RE2JSException } from 're2js';
import { LRUCache } from 'lru-cache';

/** A compiled `pattern`, or the problem with it in Go's words (`error parsing regexp: …`). */
export type Pattern = { test(text: string): boolean; problem?: undefined } | { problem: string };

const patterns = new LRUCache<string, Pattern>({ max: 2000 });

/** Compiles a pattern of RE2 syntax, once per text. Matching is unanchored and linear in the text. */
export function compilePattern(source: string): Pattern {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = compile(source);
    patterns.set(source, pattern);
  }
  return pattern;
}

function compile(source: string): Pattern {
  try {
    const compiled = RE2JS.compile(source);
    return { test: (text) => compiled.test(text) };
  } catch (error) {
    if (error instanceof RE2JSException) return { problem: error.message };
    throw error;
  }
}
