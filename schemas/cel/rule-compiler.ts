import type { JsonObject } from '../json-value.js';
import { environment, type Program } from './environment.js';
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
  if (!compilation.program) {
    compiled.problem = `${compilation.stage === 'compile' ? 'compilation failed' : 'program instantiation failed'}: ${compilation.issues}`;
    return compiled;
  }
  const { program } = compilation;
  if (program.resultType.kind !== 'bool') {
    compiled.problem = 'cel expression must evaluate to a bool';
    return compiled;
  }
  compiled.program = program;
  compiled.usesOldSelf = program.uses('oldSelf');
  if (rule.fieldPath !== '') {
    const path = readFieldPath(rule.fieldPath, schema);
    if ('path' in path) compiled.fieldPath = path.path;
  }
  if (rule.messageExpression.trim() !== '') {
    const message = env.compile(rule.messageExpression);
    if (!message.program) {
      const stageText = message.stage === 'compile' ? 'compilation failed' : 'instantiation failed';
      compiled.messageProblem = `messageExpression ${stageText}: ${message.issues}`;
    } else if (message.program.resultType.kind !== 'string') compiled.messageProblem = 'messageExpression must evaluate to a string';
    else compiled.messageProgram = message.program;
  }
  return compiled;
}
