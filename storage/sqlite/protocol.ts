/**
 * What the two halves of the SQLite backend say to each other: the main thread sends requests, the writer answers
 * each with its number. Rows travel packed, so that a batch is one copy of its bytes, whose memory is then handed
 * over, instead of a clone for each Buffer.
 */
import { type Entry, unshared } from '../entry.js';

export type Request =
  | { type: 'open'; path: string }
  | { type: 'append'; rows: PackedRows }
  | { type: 'readAt'; prefix: string; end: string; revision: number }
  | { type: 'compact'; revision: number }
  | { type: 'close' };

/** `refused` is one clear line. */
export type Reply = { result: Result } | { refused: string };
export type Result = undefined | number | Extent | PackedRows;

export interface Extent {
  compacted: number;
  revision: number;
}

export type Numbered<T> = T & { id: number };

/** A row of the `log` table. */
export interface Row {
  revision: number;
  previous: number;
  deleted: 0 | 1;
  key: string;
  labels: string;
  fields: string;
  bytes: Buffer;
}

export interface PackedRows {
  /** For each row: revision, previous, deleted, length of bytes. */
  numbers: Float64Array;
  /** For each row: key, labels, fields. */
  texts: string[];
  bytes: Uint8Array;
}

export function pack(rows: readonly Row[]): PackedRows {
  const numbers = new Float64Array(rows.length * 4);
  const texts: string[] = [];
  const bytes = new Uint8Array(rows.reduce((sum, row) => sum + row.bytes.length, 0));
  let offset = 0;
  for (const [i, row] of rows.entries()) {
    numbers.set([row.revision, row.previous, row.deleted, row.bytes.length], i * 4);
    texts.push(row.key, row.labels, row.fields);
    bytes.set(row.bytes, offset);
    offset += row.bytes.length;
  }
  return { numbers, texts, bytes };
}

/** The rows again; their bytes are views of the packed ones. */
export function* unpack({ numbers, texts, bytes }: PackedRows): Generator<Row> {
  let offset = 0;
  for (let i = 0; i * 4 < numbers.length; i++) {
    const [revision, previous, deleted, length] = numbers.subarray(i * 4, i * 4 + 4) as unknown as [number, number, 0 | 1, number];
    const [key, labels, fields] = texts.slice(i * 3, i * 3 + 3) as [string, string, string];
    yield { revision, previous, deleted, key, labels, fields, bytes: Buffer.from(bytes.buffer, bytes.byteOffset + offset, length) };
    offset += length;
  }
}

/** What of a message is handed over instead of copied. */
export function transferOf({ numbers, bytes }: PackedRows): ArrayBuffer[] {
  return [numbers.buffer as ArrayBuffer, bytes.buffer as ArrayBuffer];
}

/**
 * `{a: 'b', c: 'd'}` as the lines a, b, c, d. Newlines and backslashes within are escaped. Not JSON: this is read for
 * every entry at the start.
 */
export function linesOf(strings: Readonly<Record<string, string>>): string {
  const lines: string[] = [];
  for (const [key, value] of Object.entries(strings)) lines.push(escaped(key), escaped(value));
  return lines.join('\n');
}

export function stringsOf(lines: string): Record<string, string> {
  const strings: Record<string, string> = {};
  if (lines === '') return strings;
  const plain = !lines.includes('\\');
  const parts = lines.split('\n');
  for (let i = 0; i < parts.length; i += 2)
    strings[plain ? parts[i]! : unescaped(parts[i]!)] = plain ? parts[i + 1]! : unescaped(parts[i + 1]!);
  return strings;
}

function escaped(text: string): string {
  return text.includes('\n') || text.includes('\\') ? text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n') : text;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

/**
 * Sets of labels repeat (all replicas of one thing have the same): they are shared. Fields do not, they contain the
 * name.
 */
const labelSets = new Map<string, Record<string, string>>();
const labelSetsMax = 1_000;

function labelsOf(lines: string): Record<string, string> {
  const known = labelSets.get(lines);
  if (known !== undefined) return known;
  if (labelSets.size >= labelSetsMax) labelSets.clear();
  const labels = stringsOf(lines);
  labelSets.set(lines, labels);
  return labels;
}

/** A row as the Entry it holds. */
export function entryOf({ key, revision, bytes, labels, fields }: Omit<Row, 'previous' | 'deleted'>): Entry {
  return { key, revision, bytes: unshared(bytes), labels: labelsOf(labels), fields: stringsOf(fields) };
}
