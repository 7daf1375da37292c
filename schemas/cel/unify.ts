import { type CelType, DYN, isDyn, isDynOrError, opaque, sameType, typeOf } from './types.js';

/** What type parameters stand for so far; what was bound since `mark` can be taken back. */
export class Substitutions {
  private readonly bound = new Map<string, CelType>();
  private readonly trail: (readonly [string, CelType | undefined])[] = [];

  constructor(entries: readonly (readonly [string, CelType])[] = []) {
    for (const [name, type] of entries) this.bound.set(name, type);
  }
  get(name: string): CelType | undefined {
    return this.bound.get(name);
  }
  set(name: string, type: CelType): void {
    this.trail.push([name, this.bound.get(name)]);
    this.bound.set(name, type);
  }
  mark(): number {
    return this.trail.length;
  }
  rollback(mark: number): void {
    while (this.trail.length > mark) {
      const [name, before] = this.trail.pop()!;
      if (before === undefined) this.bound.delete(name);
      else this.bound.set(name, before);
    }
  }
}

/** Whether values of `from` may be used as `to`; extends `subs` on success, leaves it as it was on failure. */
export function assignable(subs: Substitutions, from: CelType, to: CelType): boolean {
  return assignableAll(subs, [from], [to]);
}

export function assignableAll(subs: Substitutions, from: readonly CelType[], to: readonly CelType[]): boolean {
  const mark = subs.mark();
  if (unifyAll(subs, from, to)) return true;
  subs.rollback(mark);
  return false;
}

function unifyAll(subs: Substitutions, from: readonly CelType[], to: readonly CelType[]): boolean {
  return from.length === to.length && from.every((type, i) => unify(subs, type, to[i]!));
}

function unify(subs: Substitutions, from: CelType, to: CelType): boolean {
  if (to.kind === 'param') {
    const outcome = bind(subs, from, to);
    if (outcome !== 'impossible') return outcome === 'bound';
  }
  if (from.kind === 'param') return bind(subs, to, from) === 'bound';
  if (isDynOrError(from) || isDynOrError(to)) return true;
  if (from.kind === 'null') return nullable(to);
  if (to.kind === 'null') return nullable(from);
  if (from.kind !== to.kind) return false;
  if (from.kind === 'type') return true;
  return from.name === to.name && unifyAll(subs, from.params, to.params);
}

/** null may stand for objects, opaque types and times, never for scalars, lists and maps (B7.3). */
function nullable(type: CelType): boolean {
  return ['opaque', 'struct', 'timestamp', 'duration', 'null'].includes(type.kind);
}

/** Binds the parameter to the type, if they agree; `conflict` when another binding disagrees. */
function bind(subs: Substitutions, type: CelType, parameter: CelType): 'bound' | 'conflict' | 'impossible' {
  if (sameType(type, parameter)) return 'bound';
  const bound = subs.get(parameter.name);
  if (bound !== undefined) {
    if (sameType(type, bound)) return 'bound';
    if (!unify(subs, type, bound)) return 'conflict';
    const general = mostGeneral(type, bound);
    if (!occurs(subs, parameter, general)) subs.set(parameter.name, general);
    return 'bound';
  }
  if (occurs(subs, parameter, type)) return 'impossible';
  subs.set(parameter.name, type);
  return 'bound';
}

function occurs(subs: Substitutions, parameter: CelType, within: CelType): boolean {
  if (sameType(parameter, within)) return true;
  if (within.kind === 'param') {
    const bound = subs.get(within.name);
    return bound !== undefined && occurs(subs, parameter, bound);
  }
  return within.params.some((inner) => occurs(subs, parameter, inner));
}

/** Of two types that unify, the one that says less. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  if (a.kind === 'null') return b;
  return b.kind === 'null' || lessSpecific(a, b) ? a : b;
}

function lessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'param') return true;
  if (isDyn(b) || b.kind === 'param') return false;
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.kind === 'type' || a.params.every((inner, i) => lessSpecific(inner, b.params[i]!));
}

/** Replaces bound parameters; unbound ones become dyn if `freeToDyn`. */
export function substitute(subs: Substitutions, type: CelType, freeToDyn: boolean): CelType {
  if (type.kind === 'param') {
    const bound = subs.get(type.name);
    if (bound !== undefined) return substitute(subs, bound, freeToDyn);
    return freeToDyn ? DYN : type;
  }
  if (type.params.length === 0) return type;
  const params = type.params.map((inner) => substitute(subs, inner, freeToDyn));
  if (params.every((inner, i) => inner === type.params[i])) return type;
  if (type.kind === 'list' || type.kind === 'map') return { ...type, params };
  if (type.kind === 'type') return typeOf(params[0]);
  return opaque(type.name, ...params);
}
