/** Which policies or webhooks of a plugin are asked again in the second round (C3.14). */
import { clone, equal, type JsonObject } from '../../schemas/json-value.js';

export class Reinvocation {
  /** Asked already, and willing to be asked again. */
  #asked = new Set<string>();
  #again = new Set<string>();
  #lastOutput: JsonObject | undefined;

  /** Something changed the object after they were asked: they are due. */
  require(): void {
    for (const key of this.#asked) this.#again.add(key);
    this.#asked = new Set();
  }

  /** At the begin of the second round: whether others changed what this plugin left. */
  beginsAgain(object: JsonObject | undefined): void {
    if (!equal(object, this.#lastOutput)) this.require();
  }

  isDue(key: string): boolean {
    return this.#again.has(key);
  }

  /** One was asked. */
  asked(key: string, hasChanged: boolean, isWilling: boolean): void {
    if (hasChanged) this.require();
    if (isWilling) this.#asked.add(key);
  }

  /** At the end of a round that the object may be compared with in the next. */
  ends(object: JsonObject | undefined): void {
    this.#lastOutput = object && clone(object);
  }
}
