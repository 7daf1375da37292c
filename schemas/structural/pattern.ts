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
  const compiled = compileExpression(source);
  return typeof compiled === 'string' ? { problem: compiled } : { test: (text) => compiled.test(text) };
}

/** A regular expression of RE2; or the problem with it in Go's words. */
export function compileExpression(source: string): RE2JS | string {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const unnamed = withoutGroupNames(source);
    if (/duplicate capture group name/.test(error.message) && unnamed !== source) return compileExpression(unnamed);
    return quoted(error.message, source);
  }
}

/** Go takes two groups of one name. Escapes, quoted texts and classes hold no groups. */
const withoutGroupNames = (source: string): string =>
  source.replace(/\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?P?<\w+>/gs, (part) =>
    part.startsWith('(') ? '(' : part,
  );

/** Go quotes the part that is wrong, be it nothing or the whole. */
function quoted(problem: string, source: string): string {
  if (problem.endsWith('trailing backslash at end of expression')) return `${problem}: \`\``;
  return /: `.*`$/s.test(problem) ? problem : `${problem}: \`${source}\``;
}
