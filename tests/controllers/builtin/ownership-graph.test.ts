import fc from 'fast-check';
import t from 'tap';
import { createOwnershipGraph, isWithinReach, matches } from '../../../controllers/builtin/ownership-graph.js';
import type { KubeObject, OwnerReference } from '../../../controllers/object.js';

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const owner = (uid: string, extra: Partial<OwnerReference> = {}): OwnerReference => ({ ...kind, name: uid, uid, ...extra });
const object = (uid: string, owners: OwnerReference[] = [], meta: object = {}): KubeObject => ({
  ...kind,
  metadata: { name: uid, namespace: 'a', uid, ...(owners.length > 0 && { ownerReferences: owners }), ...meta },
});
const uids = (nodes: { uid: string }[]) => nodes.map(({ uid }) => uid).sort();

t.test('edges lead from an owner to its dependents, seen or not', (t) => {
  const graph = createOwnershipGraph();
  graph.observe(kind, object('child', [owner('parent'), owner('other', { blockOwnerDeletion: true })]));
  t.same(uids(graph.dependentsOf('parent')), ['child']);
  t.same(uids(graph.blockingDependentsOf('parent')), []);
  t.same(uids(graph.blockingDependentsOf('other')), ['child']);
  t.match(graph.observe(kind, object('parent')), { isNew: true, ownersChanged: false });
  t.match(graph.observe(kind, object('child', [owner('parent')])), { isNew: false, ownersChanged: true, oldOwners: [{}, {}] });
  t.notOk(graph.hasDependents('other'));
  t.equal(graph.remove('child')?.uid, 'child');
  t.notOk(graph.hasDependents('parent'));
  t.equal(graph.remove('child'), undefined);
  t.equal(graph.size, 1);
  t.end();
});

t.test('the start of a foreground deletion and of an orphaning is told once', (t) => {
  const graph = createOwnershipGraph();
  const deleted = (...finalizers: string[]) => object('x', [], { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers });
  const told = (o: KubeObject) => {
    const { startsDeletingDependents, startsOrphaning } = graph.observe(kind, o);
    return [startsDeletingDependents, startsOrphaning];
  };
  t.same(told(object('x', [], { finalizers: ['orphan'] })), [false, false], 'not terminating');
  t.same(told(deleted('orphan')), [false, true]);
  t.same(told(deleted('orphan')), [false, false]);
  t.same(told(deleted('foregroundDeletion')), [true, false]);
  t.same(told(deleted('foregroundDeletion', 'other')), [false, false]);
  t.end();
});

t.test('a reference matches the owner it describes, in any version of the group; reach ends at the namespace', (t) => {
  const graph = createOwnershipGraph();
  const apps = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const { node } = graph.observe(apps, { ...apps, metadata: { name: 'd', namespace: 'a', uid: 'u' } });
  const reference = { ...apps, name: 'd', uid: 'u' };
  t.ok(matches(reference, node));
  t.ok(matches({ ...reference, apiVersion: 'apps/v1beta1' }, node));
  for (const other of [{ apiVersion: 'v1' }, { apiVersion: 'x/v1' }, { kind: 'X' }, { name: 'x' }, { uid: 'x' }]) {
    t.notOk(matches({ ...reference, ...other }, node));
  }
  const at = (namespace: string) => graph.observe(kind, { ...kind, metadata: { name: 'n', namespace, uid: `in-${namespace}` } }).node;
  t.ok(isWithinReach(node, at('a')));
  t.notOk(isWithinReach(node, at('b')));
  t.notOk(isWithinReach(node, at('')));
  t.ok(isWithinReach(at(''), at('b')));
  t.end();
});

t.test('whatever happens, the edges are those of the objects there are', (t) => {
  const uid = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step = fc.oneof(
    fc.record({ uid, owners: fc.uniqueArray(uid, { maxLength: 3 }), blocks: fc.boolean() }),
    fc.record({ uid, removed: fc.constant(true) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const graph = createOwnershipGraph();
      const model = new Map<string, OwnerReference[]>();
      for (const s of steps) {
        if ('removed' in s) {
          graph.remove(s.uid);
          model.delete(s.uid);
        } else {
          const owners = s.owners.map((o) => owner(o, { blockOwnerDeletion: s.blocks }));
          graph.observe(kind, object(s.uid, owners));
          model.set(s.uid, owners);
        }
      }
      for (const o of ['a', 'b', 'c', 'd', 'e']) {
        const expected = [...model].filter(([, owners]) => owners.some((r) => r.uid === o)).map(([u]) => u);
        const blocking = [...model].filter(([, owners]) => owners.some((r) => r.uid === o && r.blockOwnerDeletion)).map(([u]) => u);
        if (uids(graph.dependentsOf(o)).join() !== expected.sort().join()) return false;
        if (uids(graph.blockingDependentsOf(o)).join() !== blocking.sort().join()) return false;
      }
      return graph.size === model.size;
    }),
  );
  t.end();
});
