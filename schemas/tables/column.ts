/** Columns of tables: what the client sees of them, and how the cell is read from an object (R8.15). */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { age } from '../printing/duration.js';
import { formatLabelSelector } from '../selectors.js';

/** The five members that a `TableColumnDefinition` always has. */
export interface ColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 1 for columns that only the wide output shows; they are sent all the same. */
  priority: number;
}

export interface Column extends ColumnDefinition {
  /** Its cells stand at the end of the rows, but the client is not told what they are: an oversight of Kubernetes. */
  isUntold?: true;
  /** `now` is in ms since the epoch. */
  cell(object: JsonObject, now: number): JsonValue;
}

type Cell = Column['cell'];

export function column(name: string, type: string, description: string, cell: Cell): Column {
  return { name, type, format: '', description, priority: 0, cell };
}

export function wide(name: string, type: string, description: string, cell: Cell): Column {
  return { ...column(name, type, description, cell), priority: 1 };
}

/** The member at a path; undefined where a step is missing. */
export function at(object: JsonValue | undefined, path: string): JsonValue | undefined {
  let value = object;
  for (const key of path.split('.')) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return value ?? undefined;
}
export function text(object: JsonValue | undefined, path: string): string {
  const value = at(object, path);
  return value === undefined ? '' : String(value);
}
export function integer(object: JsonValue | undefined, path: string): number {
  return Number(at(object, path) ?? 0);
}
export function truth(object: JsonValue | undefined, path: string): boolean {
  return at(object, path) === true;
}
export function items(object: JsonValue | undefined, path: string): JsonObject[] {
  const value = at(object, path);
  return Array.isArray(value) ? value.filter(isObject) : [];
}
export function strings(object: JsonValue | undefined, path: string): string[] {
  const value = at(object, path);
  return Array.isArray(value) ? value.map(String) : [];
}
/** How many members or items there are. */
export function size(object: JsonValue | undefined, path: string): number {
  const value = at(object, path);
  return isObject(value) ? Object.keys(value).length : Array.isArray(value) ? value.length : 0;
}
/** `k=v,k2=v2` sorted, `<none>` when empty (R8.26). */
export function labels(object: JsonValue | undefined, path: string): string {
  const value = at(object, path);
  if (!isObject(value) || Object.keys(value).length === 0) return '<none>';
  return Object.keys(value)
    .sort()
    .map((key) => `${key}=${value[key]}`)
    .join(',');
}
/** The first three, then how many more there are. */
export function firstThree(all: readonly string[]): string {
  return all.length <= 3 ? all.join(',') : `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`;
}
export const ageOf = (object: JsonObject, path: string, now: number): string => age(text(object, path), now);
export function annotation(object: JsonObject, name: string): string {
  const annotations = at(object, 'metadata.annotations');
  return isObject(annotations) ? String(annotations[name] ?? '') : '';
}

/** A `LabelSelector` as text (R8.26). */
export const selector = (object: JsonObject, path: string): string => formatLabelSelector(at(object, path) as JsonObject | undefined);

/** The addresses of a load balancer, sorted, each once. */
export function loadBalancerAddresses(object: JsonObject): string[] {
  const addresses = items(object, 'status.loadBalancer.ingress').map((ingress) => text(ingress, 'ip') || text(ingress, 'hostname'));
  return [...new Set(addresses.filter((address) => address !== ''))].sort();
}

/** The name, with a mark when an annotation makes the object the default. */
export const markedDefault = (object: JsonObject, name: string): string =>
  text(object, 'metadata.name') + (annotation(object, name) === 'true' ? ' (default)' : '');

/** The tables of one API group. */
export type KindColumns = Readonly<Record<string, readonly Column[]>>;
