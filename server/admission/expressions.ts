/** Expressions of policies and webhooks, compiled, and what comes of evaluating them (C3.9, C4.5). */
import { MATCH_CONDITIONS_COST_BUDGET } from '../../schemas/cel/admission.js';
import type { Environment, Program } from '../../schemas/cel/environment.js';
import { COST_LIMIT } from '../../schemas/cel/environment.js';
import type { Bindings } from '../../schemas/cel/steps.js';
import { CelError, type Value } from '../../schemas/cel/values.js';
import { compileFor, type Wanted, WANT_BOOL } from '../../schemas/validation/admissionregistration/expressions.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { textAt } from '../../schemas/validation/members.js';

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

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

/** The value, or the error as it is told to the client. Throws BudgetExceeded. */
export function evaluate({ source, program, problem }: Expression, bindings: Bindings, budget: Budget): Value | Failure {
  if (!program) return new Failure(`compilation error: ${problem}`);
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

/** `failed` has the text of all errors. */
export type ConditionsOutcome = 'met' | 'unmet' | { failed: string };

export function matchConditionsOf(environment: Environment, conditions: readonly JsonObject[]): Expression[] {
  return conditions.map((condition) => expressionOf(environment, textAt(condition, 'expression').trim(), WANT_BOOL));
}

/** C3.9: one that is false decides; errors count only if none is. */
export function meetsConditions(conditions: readonly Expression[], bindings: Bindings): ConditionsOutcome {
  if (conditions.length === 0) return 'met';
  const budget = new Budget(MATCH_CONDITIONS_COST_BUDGET);
  const errors: string[] = [];
  try {
    for (const condition of conditions) {
      const value = evaluate(condition, bindings, budget);
      if (value === false) return 'unmet';
      if (value instanceof Failure) errors.push(value.message);
    }
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { failed: error.message };
  }
  const texts = [...new Set(errors)];
  if (texts.length === 0) return 'met';
  return { failed: texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]` };
}
