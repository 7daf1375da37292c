/** Durations counted in buckets, and as the quantiles of the last hours. */
import type { Sample } from './exposition.js';

/** As Go prints it: exponents have two digits. */
const goNumber = (value: number): string => String(value).replace(/e([+-])(\d)$/, 'e$10$2');

type Labels = Readonly<Record<string, string>>;

export class Histogram {
  readonly #bounds: readonly number[];
  /** How many took at most #bounds[i] and more than the one before; the last: more than all. */
  readonly #buckets: Uint32Array;
  count = 0;
  #seconds = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#buckets = new Uint32Array(bounds.length + 1);
  }

  observe(seconds: number): void {
    let i = 0;
    while (i < this.#bounds.length && seconds > this.#bounds[i]!) i++;
    this.#buckets[i]!++;
    this.count++;
    this.#seconds += seconds;
  }

  samples(labels: Labels): Sample[] {
    let sum = 0;
    const rows = this.#bounds.map((le, i) => {
      sum += this.#buckets[i]!;
      return { suffix: '_bucket', labels: { ...labels, le: goNumber(le) }, value: sum };
    });
    return [
      ...rows,
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: this.count },
      { suffix: '_sum', labels, value: this.#seconds },
      { suffix: '_count', labels, value: this.count },
    ];
  }
}

const QUANTILES = [0.5, 0.9, 0.99];
/** Steps of a tenth from a microsecond to a quarter of an hour. */
const FINE_MIN = 1e-6;
const FINE_GROWTH = Math.log(1.1);
const FINE_BUCKETS = 216;
const WINDOW_MS = 3_600_000;
const WINDOWS = 5;

/** Quantiles of what was observed in the last five hours, each within a tenth; count and sum are of all. `now` in ms, of a clock that never goes back. */
export class Summary {
  readonly #windows = Array.from({ length: WINDOWS }, () => new Uint32Array(FINE_BUCKETS));
  #current = 0;
  #since: number | undefined;
  count = 0;
  #seconds = 0;

  observe(seconds: number, now: number): void {
    this.#turn(now);
    const i = seconds <= FINE_MIN ? 0 : Math.min(FINE_BUCKETS - 1, Math.ceil(Math.log(seconds / FINE_MIN) / FINE_GROWTH));
    this.#windows[this.#current]![i]!++;
    this.count++;
    this.#seconds += seconds;
  }

  samples(labels: Labels, now: number): Sample[] {
    this.#turn(now);
    const rows = QUANTILES.map((quantile) => ({ labels: { ...labels, quantile: String(quantile) }, value: this.#at(quantile) }));
    return [...rows, { suffix: '_sum', labels, value: this.#seconds }, { suffix: '_count', labels, value: this.count }];
  }

  /** Forgets windows that are too old. */
  #turn(now: number): void {
    this.#since ??= now;
    if (now - this.#since >= WINDOW_MS * WINDOWS) {
      for (const window of this.#windows) window.fill(0);
      this.#since = now;
    }
    for (; now - this.#since >= WINDOW_MS; this.#since += WINDOW_MS) {
      this.#current = (this.#current + 1) % WINDOWS;
      this.#windows[this.#current]!.fill(0);
    }
  }

  /** NaN where nothing was observed. */
  #at(quantile: number): number {
    const sums = Array.from({ length: FINE_BUCKETS }, (_, i) => this.#windows.reduce((sum, window) => sum + window[i]!, 0));
    const rank = quantile * sums.reduce((sum, count) => sum + count, 0);
    if (rank === 0) return Number.NaN;
    let i = 0;
    for (let seen = sums[0]!; seen < rank; seen += sums[i]!) i++;
    return FINE_MIN * Math.exp(i * FINE_GROWTH);
  }
}
