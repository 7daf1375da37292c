/**
 * Protobuf written from the end towards the front, as Go's generated code does: a message's length is known when its header is
 * written, so nothing is measured twice.
 */
export class ProtobufWriter {
  private buffer = Buffer.allocUnsafeSlow(1024);
  private start = 1024;

  /** Bytes so far; the difference of two readings is the length of what was written between. */
  get length(): number {
    return this.buffer.length - this.start;
  }

  /** What was written. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(this.start));
  }

  /** Makes room in front; may replace `buffer`, so it comes before any use of it. */
  private reserve(count: number): number {
    if (count > this.start) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + count));
      const start = grown.length - this.length;
      this.buffer.copy(grown, start, this.start);
      this.buffer = grown;
      this.start = start;
    }
    this.start -= count;
    return this.start;
  }

  bytes(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    const at = this.reserve(length);
    this.buffer.write(text, at, length, 'utf8');
  }

  /** A non-negative integer below 2^53. */
  varint(value: number): void {
    if (value < 0x80) {
      const at = this.reserve(1);
      this.buffer[at] = value;
      return;
    }
    const groups: number[] = [];
    for (let rest = value; rest > 0; rest = Math.floor(rest / 128)) groups.push(rest % 128);
    this.groups(groups);
  }

  /** Any int64; negative ones take ten bytes. */
  int64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      this.varint(value);
      return;
    }
    const groups: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) groups.push(Number(rest & 0x7fn));
    groups.push(Number(rest));
    this.groups(groups);
  }

  /** Seven bits a byte, the lowest first, all but the last marked. */
  private groups(groups: readonly number[]): void {
    const at = this.reserve(groups.length);
    for (const [i, group] of groups.entries()) this.buffer[at + i] = group | (i < groups.length - 1 ? 0x80 : 0);
  }

  double(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleLE(value, at);
  }

  header(tag: number, wireType: number): void {
    this.varint(tag * 8 + wireType);
  }

  /** The header of what was written since `before`. */
  delimited(tag: number, before: number): void {
    this.varint(this.length - before);
    this.header(tag, 2);
  }
}
