import type { JsonObject } from '../schemas/json-value.js';
export interface PatchDocument {
  problems: readonly string[];
  apply(old: JsonObject): JsonObject;
  print(result: JsonObject, old: JsonObject): string;
}
export function parsePatch(_type: string, _body: Buffer, _v: string, _d: string | undefined): PatchDocument {
  throw new Error('none');
}
