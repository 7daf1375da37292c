import fc from 'fast-check';
import t from 'tap';
import {
  difference,
  EMPTY_SET,
  equalSets,
  type FieldSet,
  has,
  intersection,
  isEmpty,
  leaves,
  paths,
  recursiveDifference,
  union,
} from '../../schemas/apply/field-set.js';
import { decodeFields, encodeFields } from '../../schemas/apply/fields-v1.js';
import { itemElement } from '../../schemas/apply/list-item.js';
import { handledAs, memberType, type MergeType, partOf } from '../../schemas/apply/merge-type.js';
import { ownedFields } from '../../schemas/apply/owned-fields.js';
import { type Path, printPath } from '../../schemas/apply/path.js';
import { extractFields } from '../../schemas/apply/remove.js';
import { clone, equal, isObject, type JsonObject, type JsonValue, own } from '../../schemas/json-value.js';
import { custom, managedObject } from '../schemas/apply-object.js';
import { KINDS, type Random, random, randomValue, type RandomKind } from './apply-objects.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 10_000);

interface Case {
  kind: RandomKind;
  next: Random;
  size: number;
  [fc.toStringMethod](): string;
}
const seeds = fc.record({ kind: fc.nat(KINDS.length - 1), seed: fc.nat(), size: fc.nat(4) });
const cases = seeds.map(({ kind, seed, size }): Case => {
  const name = `${kind}/${seed}/${size}`;
  return { kind: KINDS[kind]!, next: random(seed), size, [fc.toStringMethod]: () => name };
});

const content = ({ kind, next, size }: Case): JsonObject => ({ spec: randomValue(kind.spec, next, size) });
const check = (property: (one: Case) => void): void => fc.assert(fc.property(cases, property), { numRuns });
const same = (a: JsonValue | undefined, b: JsonValue | undefined): void => {
  if (!equal(a, b)) throw new Error(`${print(a)}\n is not\n${print(b)}`);
};
const print = (value: JsonValue | undefined): string => JSON.stringify(value) ?? 'undefined';
const ownedBy = (owners: JsonObject, manager: string): FieldSet => decodeFields(owners[manager] ?? { '.': {} });

t.test('applying twice is applying once', async (t) => {
  check((one) => {
    const object = managedObject(custom(one.kind.schema));
    object.update('creator', content(one));
    const config = content(one);
    object.apply('m1', config, { force: true });
    const [once, revision] = [clone(object.live!), object.revision];
    object.apply('m1', config, { force: one.next(2) === 0 });
    same(object.live, once);
    same(object.revision, revision);
  });
  t.pass(`${numRuns} objects`);
});

t.test('appliers of different fields may come in any order', async (t) => {
  check((one) => {
    const whole = content(one)['spec'] as JsonObject;
    const part = (half: number): JsonObject => ({
      metadata: { labels: { [`half-${half}`]: '1' } },
      spec: Object.fromEntries(Object.entries(whole).filter((_, i) => i % 2 === half)),
    });
    const [forth, back] = [managedObject(custom(one.kind.schema)), managedObject(custom(one.kind.schema))];
    forth.apply('m1', part(0));
    forth.apply('m2', part(1));
    back.apply('m2', part(1));
    back.apply('m1', part(0));
    same(forth.owners(), back.owners());
    same(forth.live!['spec'], back.live!['spec']);
  });
  t.pass(`${numRuns} objects`);
});

t.test('what is applied with force is what is read, and applying what one owns changes nothing', async (t) => {
  check((one) => {
    const { type } = one.kind;
    const object = managedObject(custom(one.kind.schema));
    object.update('creator', content(one));
    const config = content(one);
    object.apply('m1', config, { force: true });
    const set = ownedBy(object.owners(), 'm1');
    same(extractFields(object.live!, set, type), extractFields(config, set, type));
    const before = clone(object.live!);
    const { metadata: _, ...extracted } = extractFields(object.live!, set, type) as JsonObject;
    object.apply('m1', extracted);
    same(object.live, before);
  });
  t.pass(`${numRuns} objects`);
});

t.test('managedFields never name a field that is not there', async (t) => {
  check((one) => {
    const object = managedObject(custom(one.kind.schema));
    object.update('creator', content(one));
    for (let step = 0; step < 3; step++) {
      const manager = `m${one.next(2)}`;
      if (one.next(3) === 0) object.update(manager, content(one));
      else object.apply(manager, content(one), { force: true });
    }
    const owners = object.owners();
    for (const manager of Object.keys(owners)) {
      for (const path of paths(decodeFields(owners[manager]!))) {
        if (!exists(object.live!, one.kind.type, path)) throw new Error(`${manager} owns ${printPath(path)} of ${print(object.live)}`);
      }
    }
  });
  t.pass(`${numRuns} objects`);
});

function exists(value: JsonValue, type: MergeType, path: Path): boolean {
  const [element, ...rest] = path;
  if (element === undefined) return true;
  if (element.startsWith('f:')) {
    const name = element.slice(2);
    const member = isObject(value) ? own(value, name) : undefined;
    return member !== undefined && (rest.length === 0 || exists(member, memberType(type.map!, name)!, rest));
  }
  if (handledAs(type, partOf(type, value)) !== 'list' || !Array.isArray(value)) return false;
  const item = value.find((candidate) => itemElement(type.list!, candidate) === element);
  return item !== undefined && exists(item, type.list!.item, rest);
}

const randomSet = (one: Case): FieldSet => {
  const all = ownedFields(content(one), one.kind.type);
  const some = ownedFields(content(one), one.kind.type);
  return [all, intersection(all, some), difference(all, some), leaves(union(all, some))][one.next(4)]!;
};
const agree = (a: FieldSet, b: FieldSet): void => {
  if (!equalSets(a, b)) throw new Error(`${print(encodeFields(a))} is not ${print(encodeFields(b))}`);
};

t.test('sets of fields obey the laws of sets', async (t) => {
  check((one) => {
    const [a, b, c] = [randomSet(one), randomSet(one), randomSet(one)];
    agree(union(a, b), union(b, a));
    agree(union(union(a, b), c), union(a, union(b, c)));
    agree(intersection(a, b), intersection(b, a));
    agree(union(difference(a, b), intersection(a, b)), a);
    agree(intersection(difference(a, b), b), EMPTY_SET);
    agree(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c)));
    agree(difference(a, union(b, c)), difference(difference(a, b), c));
    agree(difference(recursiveDifference(a, b), difference(a, b)), EMPTY_SET);
    agree(recursiveDifference(a, a), EMPTY_SET);
    agree(union(a, a), a);
    if (!isEmpty(difference(leaves(a), a))) throw new Error('a leaf is a member');
  });
  t.pass(`${numRuns} sets`);
});

t.test('FieldsV1 tells every set, in one way', async (t) => {
  check((one) => {
    const set = randomSet(one);
    const encoded = encodeFields(set);
    const decoded = decodeFields(encoded);
    agree(decoded, set);
    same(JSON.stringify(encodeFields(decoded)), JSON.stringify(encoded));
    for (const path of paths(set)) if (!has(decoded, path)) throw new Error(printPath(path));
  });
  t.pass(`${numRuns} sets`);
});
