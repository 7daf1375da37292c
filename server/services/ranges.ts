/** The ranges that addresses and node ports are taken from; pure. Kubernetes keeps the low end of each for those who ask by number. */
import { type Cidr, parseAddress, parseCidr, printAddress, printNetwork } from '../../schemas/validation/ip.js';
import type { IpFamily } from '../../schemas/validation/network/service-addresses.js';

/** Numbers `first`…`last`; without a wish one is taken at random from the part behind `reserved`, and from the rest when that is full. */
export interface NumberRange {
  first: bigint;
  last: bigint;
  reserved: bigint;
}

export interface AddressRange extends NumberRange {
  family: IpFamily;
  /** `10.0.0.0/24` */
  text: string;
}

interface Band {
  min: number;
  max: number;
  step: number;
}

const ADDRESS_BAND: Band = { min: 16, max: 256, step: 16 };
const PORT_BAND: Band = { min: 16, max: 128, step: 32 };

function reservedOf(size: bigint, { min, max, step }: Band): bigint {
  if (size <= BigInt(min)) return 0n;
  const part = size / BigInt(step);
  return part < BigInt(min) ? BigInt(min) : part > BigInt(max) ? BigInt(max) : part;
}

/** Throws an Error with one line about an unusable range. */
export function addressRange(text: string): AddressRange {
  const cidr = parseCidr(text);
  if (!cidr || cidr.address.mapped) throw new Error(`not a range of addresses: ${JSON.stringify(text)} (10.0.0.0/24 is one)`);
  const width = cidr.address.family === 4 ? 32 : 128;
  const host = BigInt(width - cidr.prefixLength);
  if (host < 2n) throw new Error(`a range of addresses with less than 4: ${JSON.stringify(text)}`);
  const network = (cidr.address.bits >> host) << host;
  const size = 1n << host;
  // the first address is the network's, the last of IPv4 everybody's
  const last = network + size - (width === 32 ? 2n : 1n);
  return {
    family: width === 32 ? 'IPv4' : 'IPv6',
    text: printNetwork(cidr as Cidr),
    first: network + 1n,
    last,
    reserved: reservedOf(last - network, ADDRESS_BAND),
  };
}

/** `30000-32767`. Throws an Error with one line. */
export function portRange(text: string): NumberRange {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || first < 1 || last > 65535 || first > last)
    throw new Error(`not a range of ports: ${JSON.stringify(text)} (30000-32767 is one)`);
  return { first: BigInt(first), last: BigInt(last), reserved: reservedOf(BigInt(last - first + 1), PORT_BAND) };
}

/** One or two comma-separated ranges, of different families. Throws an Error with one line. */
export function addressRanges(text: string): AddressRange[] {
  const ranges = text.split(',').map((part) => addressRange(part.trim()));
  if (ranges.length > 2 || ranges[0]!.family === ranges[1]?.family)
    throw new Error(`at most one range of addresses of each family: ${JSON.stringify(text)}`);
  return ranges;
}

/** A free number of the range; undefined if there is none. `random` gives a number in [0, 1). */
export function pick(range: NumberRange, isFree: (number: bigint) => boolean, random: () => number): bigint | undefined {
  const free = range.first + range.reserved;
  return pickBetween(free, range.last, isFree, random) ?? pickBetween(range.first, free - 1n, isFree, random);
}

/** From a random place on, around to it. */
function pickBetween(first: bigint, last: bigint, isFree: (number: bigint) => boolean, random: () => number): bigint | undefined {
  const size = last - first + 1n;
  if (size <= 0n) return undefined;
  const start = BigInt(Math.floor(random() * Number(size))) % size;
  for (let i = 0n; i < size; i++) {
    const number = first + ((start + i) % size);
    if (isFree(number)) return number;
  }
  return undefined;
}

export const contains = ({ first, last }: NumberRange, number: bigint): boolean => number >= first && number <= last;

export const addressOf = ({ family }: AddressRange, number: bigint): string =>
  printAddress({ family: family === 'IPv4' ? 4 : 6, bits: number });

/** The number of an address and its canonical text. */
export function numberOf(ip: string): { family: IpFamily; number: bigint; text: string } | undefined {
  const address = parseAddress(ip);
  return address && { family: address.family === 4 ? 'IPv4' : 'IPv6', number: address.bits, text: printAddress(address) };
}
