/** Groups that belong to the Kubernetes community, and the annotation that lets a definition use one (B2.9, B3.5). */
import { goQuote, index, invalidValue, required, type FieldError } from '../field-errors.js';
import { parseRequestUri } from '../url.js';
import { objectAt } from '../validation/members.js';
import { groupOf, type Definition } from './definition.js';

const ANNOTATION = 'api-approved.kubernetes.io';
const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111';

export function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`));
}

export interface Approval {
  state: 'missing' | 'approved' | 'bypassed' | 'invalid';
  reason: string;
}

export function apiApproval(crd: Definition): Approval {
  const value = approvalAnnotation(crd);
  if (value === '') {
    return { state: 'missing', reason: `protected groups must have approval annotation ${goQuote(ANNOTATION)}, ${SEE}` };
  }
  if (value.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${goQuote(value)}` };
  const url = parseRequestUri(value);
  if (typeof url !== 'string' && url.scheme !== '' && url.host !== '') return { state: 'approved', reason: `approved in ${value}` };
  return {
    state: 'invalid',
    reason: `protected groups must have approval annotation ${goQuote(ANNOTATION)} with either a URL or a reason starting with "unapproved", ${SEE}`,
  };
}

/** What the annotation says; `''` where there is none. */
export function approvalAnnotation(crd: Definition): string {
  const value = objectAt(objectAt(crd, 'metadata'), 'annotations')?.[ANNOTATION];
  return typeof value === 'string' ? value : '';
}

/** B2.9: an update that leaves the state of approval as it was never fails. */
export function validateApproval(crd: Definition, old: Definition | undefined): FieldError[] {
  if (!isProtectedGroup(groupOf(crd))) return [];
  const { state, reason } = apiApproval(crd);
  if (old !== undefined && apiApproval(old).state === state) return [];
  const path = index('metadata.annotations', ANNOTATION);
  if (state === 'missing') return [required(path, reason)];
  return state === 'invalid' ? [invalidValue(path, approvalAnnotation(crd), reason)] : [];
}
