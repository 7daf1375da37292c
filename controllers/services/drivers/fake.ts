/** A runtime that is only simulated: with delays and faults, for trying catalogues and providers. */
import type { JsonObject } from '../../../schemas/json-value.js';
import { type Clock, sleep, systemClock } from '../../clock.js';

export interface FakeDriverOptions {
  /** How long a new thing takes to be ready, and a call to be answered. */
  readyMs?: number;
  callMs?: number;
  clock?: Clock;
}

export interface FakeThing {
  id: string;
  settings: JsonObject;
  ready: boolean;
  /** Password by user. */
  users: Map<string, string>;
}

export type FakeCall = 'put' | 'remove' | 'get' | 'grant' | 'revoke';

export interface FakeDriver {
  /** Makes the thing, or changes its settings. */
  put(id: string, settings: JsonObject): Promise<void>;
  get(id: string): Promise<FakeThing | undefined>;
  remove(id: string): Promise<void>;
  grant(id: string, user: string, password: string): Promise<void>;
  revoke(id: string, user: string): Promise<void>;
  /** Throws as a server would that knows no such user or password. */
  connect(id: string, user: string, password: string): void;
  ids(): string[];
  /** The next `times` calls fail: before they had an effect, or after (an answer that is lost). */
  fail(call: FakeCall, when: 'before' | 'after', times?: number): void;
  /** Calls so far. */
  readonly calls: Record<FakeCall, number>;
}

export function createFakeDriver({ readyMs = 0, callMs = 0, clock = systemClock }: FakeDriverOptions = {}): FakeDriver {
  const things = new Map<string, { settings: JsonObject; readyAt: number; users: Map<string, string> }>();
  const faults: { call: FakeCall; when: 'before' | 'after' }[] = [];
  const calls: Record<FakeCall, number> = { put: 0, remove: 0, get: 0, grant: 0, revoke: 0 };

  const faulty = (call: FakeCall, when: 'before' | 'after') => {
    const at = faults.findIndex((fault) => fault.call === call && fault.when === when);
    if (at < 0) return;
    faults.splice(at, 1);
    throw new Error(when === 'before' ? `${call}: refused` : `${call}: the answer was lost`);
  };
  const answer = async <T>(call: FakeCall, effect: () => T): Promise<T> => {
    calls[call]++;
    if (callMs > 0) await sleep(clock, callMs);
    faulty(call, 'before');
    const result = effect();
    faulty(call, 'after');
    return result;
  };
  const existing = (id: string) => {
    const thing = things.get(id);
    if (!thing) throw new Error(`${id} does not exist`);
    return thing;
  };

  return {
    calls,
    put: (id, settings) =>
      answer('put', () => {
        const old = things.get(id);
        things.set(id, { users: new Map(), readyAt: clock.now() + readyMs, ...old, settings });
      }),
    get: (id) =>
      answer('get', () => {
        const thing = things.get(id);
        return thing && { id, settings: thing.settings, users: thing.users, ready: clock.now() >= thing.readyAt };
      }),
    remove: (id) => answer('remove', () => void things.delete(id)),
    grant: (id, user, password) => answer('grant', () => void existing(id).users.set(user, password)),
    revoke: (id, user) => answer('revoke', () => void things.get(id)?.users.delete(user)),
    connect(id, user, password) {
      if (existing(id).users.get(user) !== password) throw new Error(`access denied for ${user}`);
    },
    ids: () => [...things.keys()],
    fail(call, when, times = 1) {
      for (let i = 0; i < times; i++) faults.push({ call, when });
    },
  };
}
