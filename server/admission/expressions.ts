/** Expressions of policies and webhooks, compiled, and what comes of evaluating them (C3.9, C4.5). */
import { MATCH_CONDITIONS_COST_BUDGET } from '../../schemas/cel/admission.js';
import type { Environment, Program } from '../../schemas/cel/environment.js';
import { COST_LIMIT } from '../../schemas/cel/environment.js';
import type { Bindings } from '../../schemas/cel/steps.js';
import { CelError, type Value } from '../../schemas/cel/values.js';
import { compileFor, type Wanted, WANT_BOOL } from '../../schemas/validation/admissionregistration/expressions.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { textAt } from '../../schemas/validation/members.js';
import { type CheckError, secondsSince } from './metrics.js';

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

const NOT_COMPILED = 'compilation error';

export interface Expression {
  source: string;
  program: Program | undefined;
  /** Why there is no program. */
  problem: string;
}

/** What expressions may still spend together. */
export class Budget {
  constructor(public left: number) {}
}

/** More than the budget was spent: nothing further is evaluated. */
export class BudgetExceeded extends Error {
  constructor() {
    super(OUT_OF_BUDGET);
  }
}

export function expressionOf(environment: Environment, source: string, wanted: Wanted): Expression {
  const { program, problem = '' } = compileFor(environment, source, wanted);
  return { source, program, problem };
}

/** What a failed evaluation counts as. */
export function checkErrorOf(message: string): CheckError {
  if (message.startsWith(NOT_COMPILED)) return 'compile_error';
  return message === OUT_OF_BUDGET ? 'out_of_budget' : 'invalid_error';
}

/** The value, or the error as it is told to the client. Throws BudgetExceeded. */
export function evaluate({ source, program, problem }: Expression, bindings: Bindings, budget: Budget): Value | Failure {
  if (!program) return new Failure(`${NOT_COMPILED}: ${problem}`);
  const { value, cost } = program.evaluate(bindings, { costLimit: COST_LIMIT });
  spend(budget, cost);
  return value instanceof CelError ? new Failure(`expression '${source}' resulted in error: ${value.message}`) : value;
}

export function spend(budget: Budget, cost: number): void {
  budget.left -= cost;
  if (budget.left < 0) throw new BudgetExceeded();
}

export class Failure {
  constructor(readonly message: string) {}
}

export interface Verdict {
  isMet: boolean;
  /** The text of all errors, where they decided. */
  failure?: string;
  /** How many conditions could not be evaluated. */
  errors: number;
  /** What it took, where it is not met. */
  seconds: number;
}

const MET: Verdict = { isMet: true, errors: 0, seconds: 0 };

export function matchConditionsOf(environment: Environment, conditions: readonly JsonObject[]): Expression[] {
  return conditions.map((condition) => expressionOf(environment, textAt(condition, 'expression').trim(), WANT_BOOL));
}

/** C3.9: one that is false decides; errors count only if none is. */
export function meetsConditions(conditions: readonly Expression[], bindings: Bindings): Verdict {
  if (conditions.length === 0) return MET;
  const began = performance.now();
  const unmet = (errors: number, failure?: string): Verdict => {
    const seconds = secondsSince(began);
    return { isMet: false, errors, seconds, ...(failure !== undefined && { failure }) };
  };
  const budget = new Budget(MATCH_CONDITIONS_COST_BUDGET);
  const errors: string[] = [];
  try {
    for (const condition of conditions) {
      const value = evaluate(condition, bindings, budget);
      if (value === false) return unmet(errors.length);
      if (value instanceof Failure) errors.push(value.message);
    }
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return unmet(0, error.message);
  }
  const texts = [...new Set(errors)];
  if (texts.length === 0) return MET;
  return unmet(errors.length, texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`);
}
