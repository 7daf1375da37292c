/**
 * Work that runs straight through as long as nothing has to be awaited, and goes on asynchronously from the first promise.
 * So one pipeline serves both: synchronously inside `store.update`, or around a webhook that must be asked.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** The value, awaited if it is a promise. */
export function* settled<T>(value: T | Promise<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** Runs until the end or the first promise. */
export function start<T>(steps: Steps<T>): { done: true; value: T } | { done: false; rest: () => Promise<T> } {
  const first = steps.next();
  if (first.done) return { done: true, value: first.value };
  return { done: false, rest: () => finish(steps, first.value) };
}

async function finish<T>(steps: Steps<T>, waiting: Promise<unknown>): Promise<T> {
  for (let promise = waiting; ; ) {
    let next: IteratorResult<Promise<unknown>, T>;
    try {
      next = steps.next(await promise);
    } catch (error) {
      next = steps.throw(error);
    }
    if (next.done) return next.value;
    promise = next.value;
  }
}

/** Runs to the end; synchronous as far as the steps are. */
export async function run<T>(steps: Steps<T>): Promise<T> {
  const result = start(steps);
  return result.done ? result.value : result.rest();
}
