/** Answers that differ from kube-apiserver's on purpose. A line that is no longer true fails the replay. */
export interface Divergence {
  scenario: string;
  step: string;
  /** What a user is told about it (docs/compatibility.md). */
  reason: string;
}

export const divergences: readonly Divergence[] = [];
