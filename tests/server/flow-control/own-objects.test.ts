import t from 'tap';
import { reviseFlowControl } from '../../../server/bootstrap/flow-control.js';
import type { JsonObject } from '../../../schemas/json-value.js';

const KEY = 'apf.kubernetes.io/autoupdate-spec';
const spec = { matchingPrecedence: 800 };
const cases: {
  title: string;
  name?: string;
  kind?: string;
  said?: string;
  generation?: number;
  isRight?: true;
  becomes: [said: string, isPutRight: boolean];
}[] = [
  { title: 'one that says so', said: 'true', generation: 3, becomes: ['true', true] },
  { title: 'one that says so in another way', said: 'True', generation: 3, isRight: true, becomes: ['true', true] },
  { title: 'one that says no', said: 'false', becomes: ['false', false] },
  { title: 'one that says nothing and was never changed', generation: 1, isRight: true, becomes: ['true', true] },
  { title: 'one that says nothing and was changed', generation: 2, becomes: ['false', false] },
  { title: 'one that says nonsense and was changed', said: 'perhaps', generation: 2, becomes: ['false', false] },
  { title: 'a mandatory one, whatever it says', name: 'catch-all', said: 'false', generation: 2, becomes: ['true', true] },
  {
    title: 'the exempt level, whose share is free',
    name: 'exempt',
    kind: 'PriorityLevelConfiguration',
    said: 'true',
    becomes: ['true', false],
  },
];

t.test("flow control objects of the server are put right where they are the server's (G4.1)", (t) => {
  for (const { title, name = 'kube-scheduler', kind = 'FlowSchema', said, generation = 1, isRight, becomes } of cases) {
    const annotations: JsonObject = { mine: 'x', ...(said !== undefined && { [KEY]: said }) };
    const before = isRight ? spec : { matchingPrecedence: 801 };
    const object: JsonObject = { kind, metadata: { name, generation, annotations }, spec: before };
    const [value, isPutRight] = becomes;
    const after = { kind, metadata: { name, generation, annotations: { mine: 'x', [KEY]: value } }, spec: isPutRight ? spec : before };
    t.equal(reviseFlowControl(object, { spec }), said !== value || (isPutRight && !isRight), `${title}: whether anything was wrong`);
    t.same(object, after, title);
    t.equal(reviseFlowControl(object, { spec }), false, `${title}: nothing is wrong any more`);
  }
  t.end();
});
