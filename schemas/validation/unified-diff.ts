import type { JsonObject, JsonValue } from '../json-value.js';

const CONTEXT = 3;

/** Members by name, so that equal objects print alike. */
function ordered(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key]!)]),
  );
}

const lines = (value: JsonObject): string[] => JSON.stringify(ordered(value), null, 1).split('\n');

const range = (start: number, count: number): string => (count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`);

/** What differs between two objects, as one hunk of a unified diff of their JSON: for people, not for `patch`. */
export function unifiedDiff(before: JsonObject, after: JsonObject): string {
  const [a, b] = [lines(before), lines(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const start = Math.max(0, head - CONTEXT);
  const context = Math.min(tail, CONTEXT);
  const [aEnd, bEnd] = [a.length - tail, b.length - tail];
  const hunk = [
    ...a.slice(start, head).map((line) => ` ${line}`),
    ...a.slice(head, aEnd).map((line) => `-${line}`),
    ...b.slice(head, bEnd).map((line) => `+${line}`),
    ...a.slice(aEnd, aEnd + context).map((line) => ` ${line}`),
  ];
  return `@@ -${range(start, aEnd + context - start)} +${range(start, bEnd + context - start)} @@\n${hunk.join('\n')}\n`;
}
