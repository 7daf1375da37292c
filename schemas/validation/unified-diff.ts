/** A unified diff of two objects' JSON, as Go's difflib makes it: for people, not for `patch`. */
import type { JsonObject } from '../json-value.js';

const CONTEXT = 3;
/** From this many lines on, lines that make up more than a hundredth of the text are no anchors. */
const MANY_LINES = 200;

interface Block {
  /** Where it begins in either text, and how many lines are equal from there on. */
  a: number;
  b: number;
  size: number;
}

interface Change {
  equal: boolean;
  a: [number, number];
  b: [number, number];
}

const lines = (value: JsonObject): string[] => JSON.stringify(value, null, 1).split('\n');

/** Where each line stands that is rare enough to be an anchor. */
function anchorsOf(text: readonly string[]): Map<string, number[]> {
  const anchors = new Map<string, number[]>();
  text.forEach((line, i) => {
    const known = anchors.get(line);
    if (known) known.push(i);
    else anchors.set(line, [i]);
  });
  if (text.length < MANY_LINES) return anchors;
  const most = Math.floor(text.length / 100) + 1;
  for (const [line, positions] of anchors) if (positions.length > most) anchors.delete(line);
  return anchors;
}

function longestBlock(a: readonly string[], b: readonly string[], anchors: Map<string, number[]>, [from, to]: [Block, Block]): Block {
  const best: Block = { a: from.a, b: from.b, size: 0 };
  let ending = new Map<number, number>();
  for (let i = from.a; i < to.a; i++) {
    const next = new Map<number, number>();
    for (const j of anchors.get(a[i]!) ?? []) {
      if (j < from.b) continue;
      if (j >= to.b) break;
      const size = (ending.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) Object.assign(best, { a: i - size + 1, b: j - size + 1, size });
    }
    ending = next;
  }
  while (best.a > from.a && best.b > from.b && a[best.a - 1] === b[best.b - 1]) {
    best.a--;
    best.b--;
    best.size++;
  }
  while (best.a + best.size < to.a && best.b + best.size < to.b && a[best.a + best.size] === b[best.b + best.size]) best.size++;
  return best;
}

/** The longest equal run, and so on to its left and right; adjacent ones are one. */
function equalBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const anchors = anchorsOf(b);
  const found: Block[] = [];
  const open: [Block, Block][] = [
    [
      { a: 0, b: 0, size: 0 },
      { a: a.length, b: b.length, size: 0 },
    ],
  ];
  for (let range = open.pop(); range; range = open.pop()) {
    const block = longestBlock(a, b, anchors, range);
    if (block.size === 0) continue;
    found.push(block);
    open.push([range[0], block], [{ a: block.a + block.size, b: block.b + block.size, size: 0 }, range[1]]);
  }
  found.sort((x, y) => x.a - y.a);
  return [...found, { a: a.length, b: b.length, size: 0 }];
}

function changesOf(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  for (const block of equalBlocks(a, b)) {
    if (i < block.a || j < block.b) changes.push({ equal: false, a: [i, block.a], b: [j, block.b] });
    [i, j] = [block.a + block.size, block.b + block.size];
    if (block.size === 0) continue;
    const last = changes.at(-1);
    if (last?.equal) [last.a[1], last.b[1]] = [i, j];
    else changes.push({ equal: true, a: [block.a, i], b: [block.b, j] });
  }
  return changes;
}

/** Changes with at most `CONTEXT` equal lines around them; long equal runs part the hunks. */
function hunksOf(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  let hunk: Change[] = [];
  changes.forEach(({ equal, a, b }, i) => {
    const [isFirst, isLast] = [i === 0, i === changes.length - 1];
    const length = a[1] - a[0];
    if (!equal) hunk.push({ equal, a, b });
    else if (isFirst) hunk.push({ equal, a: [Math.max(a[0], a[1] - CONTEXT), a[1]], b: [Math.max(b[0], b[1] - CONTEXT), b[1]] });
    else {
      const isParting = !isLast && length > 2 * CONTEXT;
      if (isParting || isLast) hunk.push({ equal, a: [a[0], Math.min(a[1], a[0] + CONTEXT)], b: [b[0], Math.min(b[1], b[0] + CONTEXT)] });
      else hunk.push({ equal, a, b });
      if (!isParting) return;
      hunks.push(hunk);
      hunk = [{ equal, a: [a[1] - CONTEXT, a[1]], b: [b[1] - CONTEXT, b[1]] }];
    }
  });
  return hunk.some((change) => !change.equal) ? [...hunks, hunk] : hunks;
}

const range = (start: number, count: number): string => (count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`);

/** What differs between two objects, their members in the order they have. */
export function unifiedDiff(before: JsonObject, after: JsonObject): string {
  const [a, b] = [lines(before), lines(after)];
  const shown = hunksOf(changesOf(a, b)).map((hunk) => {
    const [first, last] = [hunk[0]!, hunk.at(-1)!];
    const head = `@@ -${range(first.a[0], last.a[1] - first.a[0])} +${range(first.b[0], last.b[1] - first.b[0])} @@`;
    const body = hunk.flatMap((change) =>
      change.equal
        ? a.slice(...change.a).map((line) => ` ${line}`)
        : [...a.slice(...change.a).map((line) => `-${line}`), ...b.slice(...change.b).map((line) => `+${line}`)],
    );
    return `${[head, ...body].join('\n')}\n`;
  });
  return shown.join('');
}
