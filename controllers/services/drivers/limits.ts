/** What a capability may take of its machine; without limit where absent. Drivers turn it into what their runtime calls it. */
export interface ResourceLimits {
  /** Mebibytes of memory; who takes more is killed. */
  memoryMb?: number;
  /** Of processor time, in processors: 0.5 is half of one. */
  cpus?: number;
  /** Processes and threads. */
  processes?: number;
}

/** @throws Error that names the member */
export function checkLimits(limits: ResourceLimits): void {
  for (const [name, value] of Object.entries(limits)) {
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) throw new Error(`limits.${name}: a number above 0 is wanted`);
  }
}
