// Runs tap and prints one line per test file, the failures in full, and as the very last line
// 'N passed, N failed, N skipped'. Usage: node bin/test.mjs [--slow | --all | tap options and files...];
// without any: what a person runs many times a day, all but the slow suites.
// (The built-in terse/base/min/dot/silent reporters are drawn with Ink: off a terminal they leave
// cursor-control bytes in front of whatever is printed next, so the raw TAP is read instead.)
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Parser } from 'tap-parser';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Suites of minutes: run before an issue that touches them is closed, and by CI. */
const SLOW = /\/(conformance|crash|e2e|fuzz|property|providers)\//;
const files = (wanted) =>
  readdirSync(`${root}dist/tests`, { recursive: true, encoding: 'utf8' })
    .map((file) => `dist/tests/${file}`)
    .filter((file) => file.endsWith('.test.js') && wanted(file))
    .sort();
const selections = { '--slow': (file) => SLOW.test(file), '--all': () => true };
const [first = '--quick', ...rest] = process.argv.slice(2);
const chosen = first === '--quick' ? files((file) => !SLOW.test(file)) : selections[first] ? files(selections[first]) : [first, ...rest];

const child = spawn(process.execPath, [`${root}node_modules/tap/dist/esm/run.mjs`, '--reporter=tap', '--no-color', ...chosen], {
  cwd: root,
  stdio: ['inherit', 'pipe', 'inherit'],
});

const n = { pass: 0, fail: 0, skip: 0 };
const indent = (s, by) => s.replace(/^/gm, by);

/** counts the leaf assertions below p; a subtest that failed with no failing assertion inside counts too */
const walk = (p, path) => {
  let sub = null; // the child parser whose closing test point is still to come
  p.on('child', (c) => {
    const before = n.fail;
    sub = { name: c.name, before };
    walk(c, [...path, c.name]);
  });
  p.on('assert', (r) => {
    const closes = sub !== null && sub.name === r.name ? sub : null;
    sub = null;
    if (path.length === 0) console.log(`${r.ok ? 'ok    ' : 'NOT OK'} ${r.name} ${r.time ? `(${Math.round(r.time)} ms)` : ''}`);
    if (closes && (r.ok || n.fail > closes.before)) return; // already counted from its inside
    if (r.skip || r.todo) {
      n.skip++;
      console.log(`skipped: ${[...path, r.name].join(' > ')}: ${r.skip || r.todo}`);
    } else if (r.ok) n.pass++;
    else {
      n.fail++;
      console.log(`\nFAILED: ${[...path, r.name].join(' > ')}`);
      if (r.diag) {
        const { stack, source, diff, at, ...rest } = r.diag;
        if (at?.fileName) console.log(`  at ${at.fileName}:${at.lineNumber}:${at.columnNumber}`);
        if (source) console.log(indent(source, '  | '));
        if (diff) console.log(indent(diff, '  '));
        if (stack) console.log(indent(stack, '  '));
        console.log(indent(JSON.stringify(rest, null, 1), '  '), '\n');
      }
    }
  });
  p.on('bailout', (why) => {
    if (path.length === 0) console.log(`Bail out! ${why}`);
  });
  if (path.length === 0) {
    p.on('extra', (s) => process.stdout.write(s)); // the coverage table
    p.on('comment', (s) => process.stdout.write(s));
  }
};

const code = await new Promise((resolve) => {
  const p = new Parser();
  walk(p, []);
  let rc = 1;
  child.stdout.pipe(p);
  child.on('close', (c) => {
    rc = c ?? 1;
    p.end();
    setImmediate(() => resolve(rc));
  });
});
if (code !== 0 && n.fail === 0) console.log(`tap exited ${code} although no assertion failed (coverage below the limits, or no tests)`);
console.log(`\n${n.pass} passed, ${n.fail} failed, ${n.skip} skipped`);
process.exit(code);
