import type { JsonObject } from '../schemas/json-value.js';
export function decodeProtobuf(_b: Uint8Array): { apiVersion: string; kind: string; object: JsonObject } {
  throw new Error('none');
}
export function encodeProtobuf(_o: JsonObject, _g: { group: string; version: string; kind: string }): Buffer {
  throw new Error('none');
}
export function encodeProtobufWatchEvent(_t: string, _o: JsonObject): Buffer {
  throw new Error('none');
}
