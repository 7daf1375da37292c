/** Protobuf read from a buffer. Nothing is trusted: every length is held against what is there, and nesting is bounded. */
import { decodeUtf8 } from './json.js';

/** Bytes that are no message of the type; the messages are those of Go's generated code. */
export class ProtobufError extends Error {}

const DEPTH_MAX = 1000;

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;

export class ProtobufReader {
  private at = 0;
  private end: number;
  private depth = 0;

  constructor(private readonly buffer: Buffer) {
    this.end = buffer.length;
  }

  /** Reads the fields of a message of `length` bytes; `field` must consume the value. `name`: the message's, where Go knows it. */
  fields(length: number, field: (tag: number, wireType: number) => void, name?: string): void {
    if (++this.depth > DEPTH_MAX) throw new ProtobufError('exceeded max depth');
    const outer = this.end;
    this.end = this.limit(length);
    while (this.at < this.end) {
      const key = this.varint();
      const [tag, wireType] = [Math.floor(key / 8), key % 8];
      if (wireType === GROUP_END) throw new ProtobufError('proto: wiretype end group for non-group');
      if (tag <= 0 || tag >= 2 ** 29) throw new ProtobufError(`proto: ${name ? `${name}: ` : ''}illegal tag ${tag} (wire type ${key})`);
      field(tag, wireType);
    }
    this.end = outer;
    this.depth--;
  }

  /** The whole buffer as one message. */
  message(field: (tag: number, wireType: number) => void, name?: string): void {
    this.fields(this.buffer.length - this.at, field, name);
  }

  /** Numbers one after the other under a single header. */
  packed(value: () => void): void {
    const outer = this.end;
    this.end = this.limit(this.varint());
    while (this.at < this.end) value();
    this.end = outer;
  }

  private limit(length: number): number {
    if (length > this.end - this.at) throw new ProtobufError('unexpected EOF');
    return this.at + length;
  }

  /** A length or a key: at most 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw new ProtobufError('proto: integer overflow');
        return value;
      }
      scale *= 128;
    }
    throw new ProtobufError('proto: integer overflow');
  }

  private byte(): number {
    if (this.at >= this.end) throw new ProtobufError('unexpected EOF');
    return this.buffer[this.at++]!;
  }

  /** An int64; a bigint beyond 2^53. */
  int64(): number | bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        const signed = BigInt.asIntN(64, value);
        return signed === BigInt(Number(signed)) && Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
      }
    }
    throw new ProtobufError('proto: integer overflow');
  }

  int32(): number {
    return Number(BigInt.asIntN(32, BigInt(this.int64())));
  }

  double(): number {
    const start = this.at;
    this.at = this.limit(8);
    return this.buffer.readDoubleLE(start);
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const length = this.varint();
    const start = this.at;
    this.at = this.limit(length);
    return this.buffer.subarray(start, this.at);
  }

  text(): string {
    return decodeUtf8(this.bytes());
  }

  /** Passes over a value of any wire type. */
  skip(wireType: number): void {
    switch (wireType) {
      case VARINT:
        this.int64();
        return;
      case FIXED64:
        this.at = this.limit(8);
        return;
      case DELIMITED:
        this.bytes();
        return;
      case FIXED32:
        this.at = this.limit(4);
        return;
      case GROUP_START:
        this.skipGroup();
        return;
      default:
        throw new ProtobufError(`proto: illegal wireType ${wireType}`);
    }
  }

  private skipGroup(): void {
    for (let open = 1; open > 0; ) {
      const wireType = this.varint() % 8;
      if (wireType === GROUP_START) open++;
      else if (wireType === GROUP_END) open--;
      else this.skip(wireType);
    }
  }
}
