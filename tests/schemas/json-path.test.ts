import fc from 'fast-check';
import t from 'tap';
import { JsonPathError, parseJsonPath } from '../../schemas/json-path.js';
import type { JsonValue } from '../../schemas/json-value.js';

const OBJECT: JsonValue = {
  a: { b: 1, 'c.d': 2, list: [{ n: 'x', v: 1 }, { n: 'y', v: 2 }, { n: 'z' }], empty: [], nil: null, text: 'hello' },
  m: { k1: 1, k2: 2 },
};

/** Whether reading or following a path fails as it should. */
function fails(path: string, object: JsonValue): boolean {
  try {
    parseJsonPath(path)(object);
    return false;
  } catch (error) {
    return error instanceof JsonPathError;
  }
}

const FOUND: [path: string, ...values: JsonValue[]][] = [
  ['.a.b', 1],
  ['$.a.b', 1],
  ['.a.none'],
  ['.a.text.x'],
  ['.a.nil', null],
  ['.a.nil.x'],
  ['.a.c\\.d', 2],
  [".a['b']", 1],
  [".a['c\\.d']", 2],
  ['.a.list[0].n', 'x'],
  ['.a.list[-1].n', 'z'],
  ['.a.list[*].n', 'x', 'y', 'z'],
  ['.a.list[0:2].n', 'x', 'y'],
  ['.a.list[::2].n', 'x', 'z'],
  ['.a.list[0,2].n', 'x', 'z'],
  ['.a.list[*].v', 1, 2],
  ['.a.empty[*]'],
  ['.m.*', 1, 2],
  [".m['k1','k2']", 1, 2],
  ['.a.list[?(@.n=="y")].v', 2],
  ["[?(@.n=='y')]"],
  ['.a.list[?(@.v>1)].n', 'y'],
  ['.a.list[?(@.v)].n', 'x', 'y'],
  ['.a.list[?(@.n!="y")].n', 'x', 'z'],
  ['..n', 'x', 'y', 'z'],
];

t.test('paths find values (R8.32)', async (t) => {
  for (const [path, ...values] of FOUND) {
    if (path.startsWith('[?')) t.ok(fails(path, OBJECT), `${path} filters no object`);
    else t.strictSame(parseJsonPath(path)(OBJECT), values, path);
  }
});

t.test('a step that does not fit is an error', async (t) => {
  for (const path of ['.a.empty[0]', '.a.list[9]', '.a.b[0]', '.a.text[*]', '.a.list[?(@.n==1)]', '.a.list[2:1]'])
    t.ok(fails(path, OBJECT), path);
});

t.test('some paths cannot be read', async (t) => {
  for (const path of ['.a[', '.a[x]', '....a', '.a[?(@.b', '.a[?(@.b==1)', '.a[?(@.b=!1)]', '.a]', ".a['b", 'range', '.a[0:2:0]'])
    t.ok(fails(path, { a: [] }), path);
});

t.test('no text and no object make it crash or run long', async (t) => {
  const piece = fc.constantFrom('.', '..', 'a', '[', ']', '*', '[*]', '[?(', ')]', '@', '==', "'", '"', '\\', '0', ':', ',', ' ', '}', '-');
  const path = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const survives = (object: JsonValue) => (text: string) => {
    try {
      parseJsonPath(text)(object);
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
    }
  };
  t.doesNotThrow(() => fc.assert(fc.property(path, survives(OBJECT)), { numRuns: 1000 }));
  let deep: JsonValue = {};
  for (let i = 0; i < 200; i++) deep = { a: deep, b: [deep] };
  survives(deep)('..a..a..a..a..b');
});
