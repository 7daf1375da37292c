import type { JsonObject } from '../json-value.js';
import { type Compilation, environment, type Program } from './environment.js';
import { readFieldPath } from './rule-field-path.js';
import { type CelType, optionalOf } from './types.js';

/** One entry of `x-kubernetes-validations`. */
export interface Rule {
  rule: string;
  message: string;
  messageExpression: string;
  reason: string | undefined;
  fieldPath: string;
  optionalOldSelf: boolean | undefined;
}

export interface CompiledRule {
  rule: Rule;
  /** Undefined if the rule is blank or has a problem. */
  program?: Program;
  /** Why the rule does not compile (B2.30a). */
  problem?: string;
  messageProgram?: Program;
  messageProblem?: string;
  /** Whether it is a transition rule (B7.1). */
  usesOldSelf: boolean;
  /** What `fieldPath` adds to the node's path. */
  fieldPath: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The rules written at a schema node. */
export function rulesOf(schema: JsonObject): Rule[] {
  const rules = schema['x-kubernetes-validations'];
  if (!Array.isArray(rules)) return [];
  return (rules as JsonObject[]).map((rule) => ({
    rule: text(rule['rule']),
    message: text(rule['message']),
    messageExpression: text(rule['messageExpression']),
    reason: typeof rule['reason'] === 'string' ? rule['reason'] : undefined,
    fieldPath: text(rule['fieldPath']),
    optionalOldSelf: typeof rule['optionalOldSelf'] === 'boolean' ? rule['optionalOldSelf'] : undefined,
  }));
}

/** Compiles one rule of a node whose values have the given type. */
export function compileRule(rule: Rule, schema: JsonObject, self: CelType): CompiledRule {
  const compiled: CompiledRule = { rule, usesOldSelf: false, fieldPath: '' };
  if (rule.rule.trim() === '') return compiled;
  const oldSelf = rule.optionalOldSelf === true ? optionalOf(self) : self;
  const env = environment({ variables: { self, oldSelf } });
  const compilation = env.compile(rule.rule);
  const problem = problemOf(compilation, 'bool');
  if (problem !== undefined) compiled.problem = PROBLEMS_OF_RULES[problem](compilation.issues ?? '');
  if (!compilation.program || problem !== undefined) return compiled;
  const { program } = compilation;
  compiled.program = program;
  compiled.usesOldSelf = program.uses('oldSelf');
  if (rule.fieldPath !== '') {
    const path = readFieldPath(rule.fieldPath, schema);
    if ('path' in path) compiled.fieldPath = path.path;
  }
  if (rule.messageExpression.trim() !== '') {
    const message = env.compile(rule.messageExpression);
    const messageProblem = problemOf(message, 'string');
    if (messageProblem !== undefined) compiled.messageProblem = PROBLEMS_OF_MESSAGES[messageProblem](message.issues ?? '');
    else compiled.messageProgram = message.program!;
  }
  return compiled;
}

type Problem = 'compile' | 'type' | 'program';

/** What is wrong with an expression first: its text, its type, or a constant part of it. */
function problemOf(compilation: Compilation, wanted: CelType['kind']): Problem | undefined {
  if (compilation.program) return compilation.program.resultType.kind === wanted ? undefined : 'type';
  if (compilation.stage === 'program' && compilation.resultType.kind !== wanted) return 'type';
  return compilation.stage;
}

const PROBLEMS_OF_RULES: Record<Problem, (issues: string) => string> = {
  compile: (issues) => `compilation failed: ${issues}`,
  type: () => 'cel expression must evaluate to a bool',
  program: (issues) => `program instantiation failed: ${issues}`,
};
const PROBLEMS_OF_MESSAGES: Record<Problem, (issues: string) => string> = {
  compile: (issues) => `messageExpression compilation failed: ${issues}`,
  type: () => 'messageExpression must evaluate to a string',
  program: (issues) => `messageExpression instantiation failed: ${issues}`,
};
