/** XSalsa20 and Poly1305 as NaCl's secretbox puts them together: a box is the 16-byte tag, then the ciphertext. */
import { timingSafeEqual } from 'node:crypto';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const BLOCK_BYTES = 64;

/** The box of a message. A nonce is good for one message only. */
export function seal(message: Buffer, nonce: Buffer, key: Buffer): Buffer {
  const { tagKey, text } = streamed(message, nonce, key);
  return Buffer.concat([authenticator(text, tagKey), text]);
}

/** The message of a box; undefined where key or box are not what they were. */
export function unseal(box: Buffer, nonce: Buffer, key: Buffer): Buffer | undefined {
  if (box.length < TAG_BYTES) return undefined;
  const { tagKey, text } = streamed(box.subarray(TAG_BYTES), nonce, key);
  return timingSafeEqual(authenticator(box.subarray(TAG_BYTES), tagKey), box.subarray(0, TAG_BYTES)) ? text : undefined;
}

/** The stream's first 32 bytes are the tag's key, the rest goes over the text. */
function streamed(text: Buffer, nonce: Buffer, key: Buffer): { tagKey: Buffer; text: Buffer } {
  const subkey = hashedKey(key, nonce.subarray(0, 16));
  const input = salsaInput(subkey, nonce.subarray(16), 0);
  const stream = Buffer.alloc(Math.ceil((KEY_BYTES + text.length) / BLOCK_BYTES) * BLOCK_BYTES);
  for (let block = 0; block * BLOCK_BYTES < stream.length; block++) {
    input[8] = block;
    const words = mixed(input);
    for (let i = 0; i < 16; i++) stream.writeUInt32LE((words[i]! + input[i]!) >>> 0, block * BLOCK_BYTES + 4 * i);
  }
  const out = Buffer.allocUnsafeSlow(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text[i]! ^ stream[KEY_BYTES + i]!;
  return { tagKey: stream.subarray(0, KEY_BYTES), text: out };
}

/** "expand 32-byte k" */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

/** Salsa20's 4 × 4 words: constants on the diagonal, the key around them, nonce and counter (or 16 bytes of nonce) between. */
function salsaInput(key: Buffer, nonce: Buffer, counter: number): Uint32Array {
  const [c0, c1, c2, c3] = CONSTANTS;
  const k = (i: number): number => key.readUInt32LE(4 * i);
  const n = (i: number): number => nonce.readUInt32LE(4 * i);
  const tail = nonce.length === 16 ? [n(2), n(3)] : [counter, 0];
  return Uint32Array.of(c0, k(0), k(1), k(2), k(3), c1, n(0), n(1), ...tail, c2, k(4), k(5), k(6), k(7), c3);
}

/** HSalsa20: the diagonal and the nonce's words, without adding the input. */
function hashedKey(key: Buffer, nonce: Buffer): Buffer {
  const words = mixed(salsaInput(key, nonce, 0));
  const out = Buffer.alloc(KEY_BYTES);
  for (const [at, i] of [0, 5, 10, 15, 6, 7, 8, 9].entries()) out.writeUInt32LE(words[i]!, 4 * at);
  return out;
}

/** Words of one quarter round, for the columns and then the rows. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

/** Ten double rounds. */
function mixed(input: Uint32Array): Uint32Array {
  const x = Uint32Array.from(input);
  for (let round = 0; round < 10; round++)
    for (const [a, b, c, d] of QUARTERS) {
      x[b]! ^= rotated(x[a]! + x[d]!, 7);
      x[c]! ^= rotated(x[b]! + x[a]!, 9);
      x[d]! ^= rotated(x[c]! + x[b]!, 13);
      x[a]! ^= rotated(x[d]! + x[c]!, 18);
    }
  return x;
}

const rotated = (word: number, by: number): number => (word << by) | ((word >>> 0) >>> (32 - by));

const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** Poly1305. */
function authenticator(text: Buffer, key: Buffer): Buffer {
  const r = littleEndian(key.subarray(0, 16)) & CLAMP;
  let sum = 0n;
  for (let at = 0; at < text.length; at += 16) {
    const block = text.subarray(at, at + 16);
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % PRIME;
  }
  sum += littleEndian(key.subarray(16, 32));
  const tag = Buffer.alloc(TAG_BYTES);
  tag.writeBigUInt64LE(BigInt.asUintN(64, sum), 0);
  tag.writeBigUInt64LE(BigInt.asUintN(64, sum >> 64n), 8);
  return tag;
}

function littleEndian(bytes: Buffer): bigint {
  if (bytes.length === 16) return bytes.readBigUInt64LE(0) | (bytes.readBigUInt64LE(8) << 64n);
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
