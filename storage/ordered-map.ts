import btree from 'sorted-btree';

const BTree = btree.default;
type Tree<V> = btree.default<string, V>;

/**
 * Values by key, in key order. A snapshot costs nothing until one of the two is changed; then they share all but that
 * path.
 */
export class OrderedMap<V> {
  readonly #tree: Tree<V>;

  constructor(tree: Tree<V> = new BTree<string, V>(undefined, compareKeys, nodeSizeMax)) {
    this.#tree = tree;
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: string): V | undefined {
    return this.#tree.get(key);
  }

  set(key: string, value: V): void {
    this.#tree.set(key, value);
  }

  delete(key: string): void {
    this.#tree.delete(key);
  }

  snapshot(): OrderedMap<V> {
    return new OrderedMap(this.#tree.clone());
  }

  /** Visits the values of the keys in [start, end), in order, until `visit` says false. */
  scan(start: string, end: string, visit: (value: V) => boolean): void {
    this.#tree.forRange(start, end, false, (_key, value) => (visit(value) ? undefined : stop));
  }

  /** How many keys are in [start, end); counts by leaves. */
  count(start: string, end: string): number {
    return this.#tree.forRange(start, end, false);
  }
}

const stop = { break: 0 };

/** Larger than the library's 32: counting visits fewer leaves, and a leaf holds its keys with less around them. */
const nodeSizeMax = 128;

/**
 * Compares by UTF-16 unit, which for what can stand in a key is the order of the UTF-8 bytes
 * (docs/decisions/0001-keys.md).
 */
function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
