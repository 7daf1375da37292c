/** What is checked of `x-kubernetes-validations` without compiling them (B2.30). */
import { child, index, invalidValue, notSupported, required, type FieldError } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import type { Structural } from '../../structural/structural.js';
import { textAt } from '../../validation/members.js';
import { resolveSchemaPath } from '../schema-path.js';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

const hasLineBreak = (text: string): boolean => /[\r\n]/.test(text);

export function ruleErrors(node: Structural, rules: readonly JsonObject[], path: string): FieldError[] {
  return rules.flatMap((rule, i) => errorsOf(node, rule, index(path, i)));
}

function errorsOf(node: Structural, rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const expression = textAt(rule, 'rule').trim();
  if (expression === '') errors.push(required(child(path, 'rule'), 'rule is not specified'));
  errors.push(...messageErrors(rule, hasLineBreak(expression), child(path, 'message')));
  const messageExpression = textAt(rule, 'messageExpression');
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(child(path, 'messageExpression'), 'messageExpression must be non-empty if specified'));
  }
  if (typeof rule.reason === 'string' && !REASONS.includes(rule.reason))
    errors.push(notSupported(child(path, 'reason'), rule.reason, REASONS));
  errors.push(...fieldPathErrors(node, textAt(rule, 'fieldPath'), child(path, 'fieldPath')));
  return errors;
}

function messageErrors(rule: JsonObject, ruleHasLineBreak: boolean, path: string): FieldError[] {
  const message = textAt(rule, 'message');
  const trimmed = message.trim();
  if (message !== '' && trimmed === '') return [invalidValue(path, message, 'message must be non-empty if specified')];
  if (hasLineBreak(trimmed)) return [invalidValue(path, message, 'message must not contain line breaks')];
  if (ruleHasLineBreak && trimmed === '') return [required(path, 'message must be specified if rule contains line breaks')];
  return [];
}

function fieldPathErrors(node: Structural, fieldPath: string, path: string): FieldError[] {
  if (fieldPath === '') return [];
  const errors: FieldError[] = [];
  if (fieldPath.trim() === '') errors.push(invalidValue(path, fieldPath, 'fieldPath must be non-empty if specified'));
  if (hasLineBreak(fieldPath)) errors.push(invalidValue(path, fieldPath, 'fieldPath must not contain line breaks'));
  const resolved = resolveSchemaPath(fieldPath, node, true);
  if (resolved.problem !== undefined) errors.push(invalidValue(path, fieldPath, 'fieldPath must be a valid path'));
  return errors;
}
