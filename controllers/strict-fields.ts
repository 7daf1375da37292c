/** Refuses what nobody would read, and says what was probably meant. */

/** @throws TypeError for a field outside `known`: `plugin "web": unknown field "controler", did you mean "controllers"?` */
export function checkFields(value: object, known: readonly string[], where: string): void {
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue;
    const likely = nearest(field, known);
    const hint = likely === undefined ? `; there are: ${known.join(', ')}` : `, did you mean ${JSON.stringify(likely)}?`;
    throw new TypeError(`${where}: unknown field ${JSON.stringify(field)}${hint}`);
  }
}

/** The known word at most a third of its length away. */
function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(1, candidate.length / 3) && (!best || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word;
}

/** Levenshtein, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
