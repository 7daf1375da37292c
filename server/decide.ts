/** Deciding on the newest entry of a key, synchronously if possible, again if a wait let another writer in between. */
import type { Entry } from '../storage/entry.js';
import type { Store, Write } from '../storage/store.js';
import { type Steps, start } from './steps.js';

/** What a decision may ask of the store; `undefined` writes nothing. */
export interface Decision {
  write?: Write;
}

/** Runs `decide` on the newest entry until its outcome fits the entry that is newest then; resolves when the outcome is durable. */
export async function decideOn<D extends Decision>(
  store: Store,
  key: string,
  decide: (head: Entry | undefined) => Steps<D>,
): Promise<{ decision: D; entry: Entry | undefined }> {
  let decided: { on: Entry | undefined; decision: D } | undefined;
  for (;;) {
    let decision: D | undefined;
    let waiting: { on: Entry | undefined; rest: () => Promise<D> } | undefined;
    const { entry } = await store.update(key, (head) => {
      if (decided && decided.on === head) decision = decided.decision;
      else {
        const steps = start(decide(head));
        if (steps.done) decision = steps.value;
        else waiting = { on: head, rest: steps.rest };
      }
      return decision?.write ?? { type: 'keep' };
    });
    if (decision) return { decision, entry };
    decided = { on: waiting!.on, decision: await waiting!.rest() };
  }
}
