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

  /** How many keys are in [start, end), in time that grows like a look-up. */
  count(start: string, end: string): number {
    const root = this.#tree['_root'] as Node;
    return rank(root, end) - rank(root, start);
  }
}

/**
 * A node of the tree, as sorted-btree 2.1 has it privately. Each knows the size of what is below it, but the library
 * itself counts a range leaf by leaf: too slow to say at each page of a long list how many entries follow.
 */
interface Node {
  /** In an inner node: the greatest key of each child. */
  keys: string[];
  children?: Node[];
  size(): number;
}

/** How many keys below the node are less than `key`. */
function rank(node: Node, key: string): number {
  const before = lowerBound(node.keys, key);
  if (node.children === undefined) return before;
  const smaller = node.children.slice(0, before).reduce((sum, child) => sum + child.size(), 0);
  return before === node.children.length ? smaller : smaller + rank(node.children[before]!, key);
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

const stop = { break: 0 };

/** Larger than the library's 32: scans are faster, and a leaf holds its keys with less around them. */
const nodeSizeMax = 128;

/**
 * Compares by UTF-16 unit, which for what can stand in a key is the order of the UTF-8 bytes
 * (docs/decisions/0001-keys.md).
 */
function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
