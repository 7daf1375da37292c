/** Answers that differ from kube-apiserver's on purpose. A line that is no longer true fails the replay. */
export interface Divergence {
  scenario: string;
  step: string;
  /** What a user is told about it (docs/compatibility.md). */
  reason: string;
}

const EMPTY_BUNDLE = 'never stored, so that the next write of the configuration does not count as a change';

export const divergences: readonly Divergence[] = [
  ...['label', 'merge-by-name'].map((step) => ({ scenario: 'admission-webhook-objects', step, reason: EMPTY_BUNDLE })),
];
