/** Time and chance come from outside, so that tests can fix them. */
export interface Chance {
  now(): number;
  uuid(): string;
  /** A number in [0, 1). */
  random(): number;
}
