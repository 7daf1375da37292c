/** The admission chain: one ordered table of plugins, mutating first, then validating (objects.md C1). */
import { restoreAfterAdmission } from '../schemas/apply/field-manager.js';
import { managedFieldsOf } from '../schemas/apply/managed-fields.js';
import type { JsonObject } from '../schemas/json-value.js';
import { type AdmissionMetrics, type Outcomes, type Phase, type PhaseOutcomes, secondsSince } from './admission/metrics.js';
import type { Operation } from './admission/operation.js';
import type { UserInfo } from './auth/user-info.js';
import type { Api, Request } from './api.js';
import type { Resource } from './resource.js';
import { type Steps, settled } from './steps.js';

/** One write on its way to the store, as admission sees it. Mutating plugins change `object` in place or replace it. */
export interface Attributes {
  api: Api;
  operation: Operation;
  resource: Resource;
  subresource: string;
  cluster: string;
  namespace: string;
  /** The request's name; in the validating phase of a create the final one. */
  name: string;
  object: JsonObject | undefined;
  oldObject: JsonObject | undefined;
  user: UserInfo;
  dryRun: boolean;
  /** CreateOptions, UpdateOptions, DeleteOptions … as webhooks get them. */
  options: JsonObject;
  warn(text: string): void;
  request: Request;
  /** Set by a validating plugin, for a create that is no dry run. */
  reservation?: Reservation;
}

/** The attributes of a write: what the request says, and `own`, what the verb knows. Without a name or namespace of its own it is the URL's. */
export function attributesOf(
  request: Request,
  resource: Resource,
  own: Pick<Attributes, 'operation' | 'subresource' | 'object' | 'oldObject' | 'dryRun' | 'options'> &
    Partial<Pick<Attributes, 'name' | 'namespace'>>,
): Attributes {
  const { api, info, user, warn } = request;
  return { api, resource, cluster: info.cluster, namespace: info.namespace, name: info.name, user, warn, request, ...own };
}

/** Room for a new object that is only taken when the object is stored: both in one turn, so that nobody takes it in between. */
export interface Reservation {
  /** Undefined where there is room; else rejects with why there is none. */
  refusal(): Promise<never> | undefined;
  /** At once; resolves when it is durable. */
  take(): Promise<unknown>;
}

/** What the mutating plugins of one write remember of its first round in the second (C3.14). */
export class Rounds {
  isSecond = false;
  /** Something outside the plugins of the server changed the object: all of them look at it once more. */
  isAnotherWanted = false;
  #memory: Map<string, unknown> | undefined;

  /** What `plugin` remembers of this write. */
  of<T>(plugin: string, make: () => T): T {
    this.#memory ??= new Map();
    const known = this.#memory.get(plugin) as T | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#memory.set(plugin, made);
    return made;
  }
}

export interface AdmissionPlugin {
  name: string;
  /** It is asked about these alone. */
  operations: readonly Operation[];
  /** A part of the server, no plugin in Kubernetes: it cannot be switched off, and is not measured. */
  isPart?: boolean;
  /** Does what users have configured, however long that is: it is measured by itself. The others share one reading of the clock. */
  isLong?: boolean;
  /** Both throw a StatusError to refuse; a promise where something outside must be asked. */
  admit?(attributes: Attributes, rounds: Rounds): void | Promise<void>;
  validate?(attributes: Attributes): void | Promise<void>;
  /** Stops following what it is configured with. */
  close?(): void;
}

/** The plugins of one phase that are asked about one operation, and what they are measured in. */
interface Turn {
  outcomes: PhaseOutcomes;
  plugins: readonly Asked[];
}

interface Asked {
  plugin: AdmissionPlugin;
  outcomes: Outcomes | undefined;
  /** The clock is read when it has been asked; what passed since the last time is told of all who were asked meanwhile, in equal parts. */
  isRead: boolean;
}

type Turns = Readonly<Record<Operation, Turn>>;

export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #admitting: Turns;
  readonly #validating: Turns;

  constructor(plugins: readonly AdmissionPlugin[], metrics: AdmissionMetrics) {
    this.#plugins = plugins;
    const turn = (phase: Phase, operation: Operation): Turn => ({
      outcomes: metrics.phase(phase, operation),
      plugins: plugins
        .filter((plugin) => plugin[phase] && plugin.operations.includes(operation))
        .map((plugin, i, all) => ({
          plugin,
          outcomes: plugin.isPart ? undefined : metrics.plugin(plugin.name, phase, operation),
          isRead: isApart(plugin) || i === all.length - 1 || isApart(all[i + 1]!),
        })),
    });
    const turns = (phase: Phase): Turns => ({
      CREATE: turn(phase, 'CREATE'),
      UPDATE: turn(phase, 'UPDATE'),
      DELETE: turn(phase, 'DELETE'),
      CONNECT: turn(phase, 'CONNECT'),
    });
    this.#admitting = turns('admit');
    this.#validating = turns('validate');
  }

  /** The mutating phase: once, or twice where a policy or webhook changed the object. */
  *admit(attributes: Attributes): Steps<void> {
    const { object, operation } = attributes;
    const turn = this.#admitting[operation];
    const before = object && managedFieldsOf(object);
    const rounds = new Rounds();
    const began = performance.now();
    let ended: number;
    try {
      ended = yield* askAll(turn, attributes, rounds, began);
      if (rounds.isAnotherWanted) {
        rounds.isSecond = true;
        ended = yield* askAll(turn, attributes, rounds, ended);
      }
    } catch (error) {
      noteRefused(turn, began);
      throw error;
    }
    notePassed(turn, began, ended);
    const warning = rounds.isSecond && attributes.object ? restoreAfterAdmission(attributes.object, before) : undefined;
    if (warning !== undefined) attributes.warn(warning);
  }

  *validate(attributes: Attributes): Steps<void> {
    const turn = this.#validating[attributes.operation];
    const began = performance.now();
    try {
      notePassed(turn, began, yield* askAll(turn, attributes, undefined, began));
    } catch (error) {
      noteRefused(turn, began);
      throw error;
    }
  }

  close(): void {
    for (const plugin of this.#plugins) plugin.close?.();
  }
}

const isApart = ({ isLong, isPart }: AdmissionPlugin): boolean => isLong === true || isPart === true;

/** Asks to admit where there are `rounds`, else to validate; returns when it ended. */
function* askAll({ plugins }: Turn, attributes: Attributes, rounds: Rounds | undefined, began: number): Steps<number> {
  let start = began;
  let first = 0;
  for (let i = 0; i < plugins.length; i++) {
    const { plugin, outcomes, isRead } = plugins[i]!;
    try {
      const outcome = rounds ? plugin.admit!(attributes, rounds) : plugin.validate!(attributes);
      if (outcome instanceof Promise) yield* settled(outcome);
    } catch (error) {
      const share = secondsSince(start) / (i - first + 1);
      for (; first < i; first++) plugins[first]!.outcomes?.passed.observe(share);
      outcomes?.refused.observe(share);
      throw error;
    }
    if (!isRead) continue;
    const end = performance.now();
    const share = (end - start) / 1000 / (i - first + 1);
    for (; first <= i; first++) plugins[first]!.outcomes?.passed.observe(share);
    start = end;
  }
  return start;
}

function notePassed({ outcomes: { passed, passedLately } }: Turn, began: number, ended: number): void {
  const seconds = (ended - began) / 1000;
  passed.observe(seconds);
  passedLately.observe(seconds, ended);
}

function noteRefused({ outcomes: { refused, refusedLately } }: Turn, began: number): void {
  const seconds = secondsSince(began);
  refused.observe(seconds);
  refusedLately.observe(seconds, performance.now());
}
