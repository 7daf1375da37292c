/** `npm run test:golden [-- FAMILY…]`: plays the families (all without one) against a fresh server and prints counts by family. */
import { divergences } from './divergences.js';
import { isKubectlMissing, replay, scenariosOf } from './replay.js';

if (isKubectlMissing()) {
  console.log('skipped: kubectl is not installed\n0 passed, 0 failed, 1 skipped');
  process.exit(process.env['CI'] ? 1 : 0);
}
const played = await replay(scenariosOf(process.argv.slice(2)));

const families = new Map<string, { scenarios: number; whole: number; answers: number; equal: number }>();
for (const { scenario, answers, equal, wrong, gone, text } of played) {
  const family = scenario.split('-')[0]!;
  const sum = families.get(family) ?? { scenarios: 0, whole: 0, answers: 0, equal: 0 };
  const isWhole = wrong.length === 0 && gone.length === 0;
  families.set(family, {
    scenarios: sum.scenarios + 1,
    whole: sum.whole + (isWhole ? 1 : 0),
    answers: sum.answers + answers,
    equal: sum.equal + equal,
  });
  if (wrong.length) console.log(`NOT OK ${scenario}: ${wrong.join(', ')}\n${text.split('\n').slice(1, 13).join('\n')}`);
  for (const step of gone) console.log(`NOT OK ${scenario}: the divergence listed for ${step} is gone`);
}
console.log('\nfamily        scenarios      answers');
for (const [family, { scenarios, whole, answers, equal }] of families)
  console.log(`${family.padEnd(12)} ${`${whole}/${scenarios}`.padStart(10)} ${`${equal}/${answers}`.padStart(12)}`);
const total = (pick: (p: (typeof played)[number]) => number): number => played.reduce((sum, p) => sum + pick(p), 0);
console.log(`answers: ${total((p) => p.equal)} of ${total((p) => p.answers)} equal, ${divergences.length} divergences allowed`);
const failed = played.filter(({ wrong, gone }) => wrong.length > 0 || gone.length > 0).length;
console.log(`${played.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
