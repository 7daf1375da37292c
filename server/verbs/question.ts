import type { JsonObject } from '../../schemas/json-value.js';
import type { Request } from '../api.js';

/** Answers a question: `object` as sent, its managed fields computed; throws to refuse it before validating admission sees it. */
export interface Question {
  validate?(object: JsonObject, request: Request): void;
  /** What is served, `object` itself or another. */
  answer(object: JsonObject, request: Request): JsonObject | Promise<JsonObject>;
}
