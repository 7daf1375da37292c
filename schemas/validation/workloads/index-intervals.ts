/** Lists of indexes as jobs write them: `0-2,5,7-9`. */

interface Interval {
  first: number;
  last: number;
}

/** A text that is no list of indexes; the message is Kubernetes'. */
export class IntervalError extends Error {}

const quoted = (text: string): string => JSON.stringify(text);

function parseIndex(text: string, completions: number): number {
  if (!/^[-+]?[0-9]{1,18}$/.test(text)) throw new IntervalError(`cannot convert string to integer for index: ${quoted(text)}`);
  const index = Number(text);
  if (index >= completions) throw new IntervalError(`too large index: ${quoted(text)}`);
  return index;
}

function parseInterval(text: string, completions: number): Interval {
  const parts = text.split('-');
  if (parts.length > 2)
    throw new IntervalError(
      `the fragment ${quoted(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    );
  const first = parseIndex(parts[0]!, completions);
  if (parts.length === 1) return { first, last: first };
  const last = parseIndex(parts[1]!, completions);
  if (first >= last) throw new IntervalError(`non-increasing order, previous: ${first}, current: ${last}`);
  return { first, last };
}

/** How many indexes the list holds, each below `completions`. Throws `IntervalError`. */
export function countIndexes(text: string, completions: number): number {
  if (text === '') return 0;
  let previous: number | undefined;
  let total = 0;
  for (const part of text.split(',')) {
    const { first, last } = parseInterval(part, completions);
    if (previous !== undefined && previous >= first)
      throw new IntervalError(`non-increasing order, previous: ${previous}, current: ${first}`);
    total += last - first + 1;
    previous = last;
  }
  return total;
}

/** The readable intervals of a list; the others are found by `countIndexes`. */
function readable(text: string, completions: number): Interval[] {
  return text.split(',').flatMap((part) => {
    try {
      return parseInterval(part, completions);
    } catch {
      return [];
    }
  });
}

/** The first index that stands in both lists. Both are walked once, side by side. */
export function overlapOf(completed: string, failed: string, completions: number): number | undefined {
  if (completed === '' || failed === '') return undefined;
  const [a, b] = [readable(completed, completions), readable(failed, completions)];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i]!, b[j]!];
    if (x.first <= y.last && y.first <= x.last) return Math.max(x.first, y.first);
    if (x.first <= y.first) i++;
    else j++;
  }
  return undefined;
}
