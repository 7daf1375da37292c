/** A URL's query as Kubernetes reads it (R4.2, R4.5, R11.14): `;` separates nothing, a pair with a malformed escape is skipped, the first value wins. */
export class Query {
  readonly #values = new Map<string, string[]>();

  constructor(text: string) {
    for (const pair of text.split('&')) {
      if (pair === '' || pair.includes(';')) continue;
      const at = pair.indexOf('=');
      const key = decoded(at < 0 ? pair : pair.slice(0, at));
      const value = decoded(at < 0 ? '' : pair.slice(at + 1));
      if (key === undefined || value === undefined) continue;
      const values = this.#values.get(key);
      if (values) values.push(value);
      else this.#values.set(key, [value]);
    }
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }
  /** The first value, `''` if absent. */
  get(key: string): string {
    return this.#values.get(key)?.[0] ?? '';
  }
  all(key: string): string[] {
    return this.#values.get(key) ?? [];
  }
  /** R4.5: absent → undefined; anything but `0` and `false` is true. */
  boolean(key: string): boolean | undefined {
    if (!this.has(key)) return undefined;
    const value = this.get(key).toLowerCase();
    return value !== '0' && value !== 'false';
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
