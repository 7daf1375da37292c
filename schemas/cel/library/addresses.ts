import { goQuote } from '../../field-errors.js';
import type { Library } from '../functions.js';
import { CelError, Opaque, type Value } from '../values.js';

/** An address: 4 or 16 bytes. */
export interface Address {
  bytes: readonly number[];
  zone: string;
}
interface Network {
  address: Address;
  bits: number;
}

/** What is wrong with a text, as Go's netip says it. */
class AddressError extends Error {}

function fail(text: string, message: string, at = ''): never {
  throw new AddressError(`ParseAddr(${goQuote(text)}): ${message}${at === '' ? '' : ` (at ${goQuote(at)})`}`);
}

function parseAddress(text: string): Address {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === '.') return { bytes: parseV4(text, text), zone: '' };
  if (first === ':') return parseV6(text);
  return first === '%' ? fail(text, 'missing IPv6 address') : fail(text, 'unable to parse IP');
}

function parseV4(part: string, text: string): number[] {
  const fields: number[] = [];
  let value = 0;
  let digits = 0;
  for (let i = 0; i < part.length; i++) {
    const c = part[i]!;
    if (c >= '0' && c <= '9') {
      if (digits === 1 && value === 0) fail(text, 'IPv4 field has octet with leading zero');
      value = value * 10 + Number(c);
      digits++;
      if (value > 255) fail(text, 'IPv4 field has value >255');
    } else if (c === '.') {
      if (digits === 0 || i === part.length - 1) fail(text, 'IPv4 field must have at least one digit', part.slice(i));
      if (fields.length === 3) fail(text, 'IPv4 address too long');
      fields.push(value);
      value = 0;
      digits = 0;
    } else fail(text, 'unexpected character', part.slice(i));
  }
  if (fields.length < 3) fail(text, 'IPv4 address too short');
  return [...fields, value];
}

function parseV6(text: string): Address {
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  if (percent >= 0 && zone === '') fail(text, 'zone must be a non-empty string');
  let rest = percent < 0 ? text : text.slice(0, percent);
  const bytes: number[] = [];
  let gap = -1;
  if (rest.startsWith('::')) {
    gap = 0;
    rest = rest.slice(2);
  }
  while (bytes.length < 16 && rest !== '') {
    const field = /^[0-9a-fA-F]*/.exec(rest)![0];
    if (field.length > 4) fail(text, 'each group must have 4 or less digits', rest);
    if (field === '') fail(text, 'each colon-separated field must have at least one digit', rest);
    if (rest[field.length] === '.') {
      if (gap < 0 && bytes.length !== 12) fail(text, 'embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (bytes.length + 4 > 16) fail(text, 'too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      bytes.push(...parseV4(rest, text));
      rest = '';
      break;
    }
    const value = Number.parseInt(field, 16);
    bytes.push(value >> 8, value & 255);
    rest = rest.slice(field.length);
    if (rest === '') break;
    if (rest[0] !== ':') fail(text, 'unexpected character, want colon', rest);
    if (rest.length === 1) fail(text, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest[0] === ':') {
      if (gap >= 0) fail(text, 'multiple :: in address', rest);
      gap = bytes.length;
      rest = rest.slice(1);
    }
  }
  if (rest !== '') fail(text, 'trailing garbage after address', rest);
  if (bytes.length < 16) {
    if (gap < 0) fail(text, 'address string too short');
    bytes.splice(gap, 0, ...new Array<number>(16 - bytes.length).fill(0));
  } else if (gap >= 0) fail(text, 'the :: must expand to at least one field of zeros');
  return { bytes, zone };
}

const isMapped = ({ bytes }: Address): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

function readIp(text: string): Address | CelError {
  let address: Address;
  try {
    address = parseAddress(text);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ${error.message}`);
  }
  if (address.zone !== '') return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
  if (isMapped(address)) return new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return address;
}

const NETWORK_ERROR = 'network address parse error during conversion from string: ';

function parseNetwork(text: string): Network {
  const refuse = (message: string): never => {
    throw new AddressError(`${NETWORK_ERROR}netip.ParsePrefix(${goQuote(text)}): ${message}`);
  };
  const slash = text.lastIndexOf('/');
  if (slash < 0) refuse("no '/'");
  let address: Address;
  try {
    address = parseAddress(text.slice(0, slash));
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (address.zone !== '') refuse('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  if (!/^(0|[1-9]\d*)$/.test(bits)) refuse(`bad bits after slash: ${goQuote(bits)}`);
  if (Number(bits) > address.bytes.length * 8) refuse('prefix length out of range');
  return { address, bits: Number(bits) };
}

function readCidr(text: string): Network | CelError {
  try {
    const network = parseNetwork(text);
    if (!isMapped(network.address)) return network;
    return new CelError(`${NETWORK_ERROR}IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  } catch (error) {
    if (error instanceof AddressError) return new CelError(`${NETWORK_ERROR}${error.message}`);
    throw error;
  }
}

/** The canonical text: RFC 5952 for IPv6. */
function printAddress({ bytes }: Address): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  const hex = groups.map((group) => group.toString(16));
  return start < 0 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
const printNetwork = (network: Network): string => `${printAddress(network.address)}/${network.bits}`;

function masked({ address, bits }: Network): Network {
  const bytes = address.bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - i * 8))) & 255);
  return { address: { bytes, zone: '' }, bits };
}

const sameAddress = (a: Address, b: Address): boolean => printAddress(a) === printAddress(b);
const ipValue = (address: Address): Value => new Opaque('net.IP', address, (other) => sameAddress(address, other), address.bytes.length);
const cidrValue = (network: Network): Value =>
  new Opaque('net.CIDR', network, (other) => printNetwork(network) === printNetwork(other), network.address.bytes.length);
const address = (value: Value | undefined): Address => (value as Opaque<Address>).payload;
const network = (value: Value | undefined): Network => (value as Opaque<Network>).payload;
const wrap = <T>(read: T | CelError, make: (payload: T) => Value): Value => (read instanceof CelError ? read : make(read));

function containsIp(outer: Network, inner: Address): boolean {
  if (outer.address.bytes.length !== inner.bytes.length) return false;
  const cut = masked({ address: inner, bits: outer.bits });
  return sameAddress(cut.address, masked(outer).address);
}
const containsCidr = (outer: Network, inner: Network): boolean => inner.bits >= outer.bits && containsIp(outer, inner.address);

const isLoopback = ({ bytes }: Address): boolean =>
  bytes.length === 4 ? bytes[0] === 127 : bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
const isUnspecified = ({ bytes }: Address): boolean => bytes.every((byte) => byte === 0);
const isMulticast = ({ bytes }: Address): boolean => (bytes.length === 4 ? bytes[0]! >> 4 === 14 : bytes[0] === 255);
const isLinkLocalMulticast = ({ bytes }: Address): boolean =>
  bytes.length === 4 ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0 : bytes[0] === 255 && (bytes[1]! & 15) === 2;
const isLinkLocalUnicast = ({ bytes }: Address): boolean =>
  bytes.length === 4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 254 && (bytes[1]! & 0xc0) === 0x80;
const isBroadcast = ({ bytes }: Address): boolean => bytes.length === 4 && bytes.every((byte) => byte === 255);
const isGlobalUnicast = (ip: Address): boolean =>
  !isBroadcast(ip) && !isUnspecified(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocalUnicast(ip);

const trait = (name: string, holds: (ip: Address) => boolean): Library[string] => [[name, 'net.IP.() -> bool', (ip) => holds(address(ip))]];

/** IP addresses and networks (B7.27). */
export const addresses: Library = {
  isIP: [['is_ip', '(string) -> bool', (text) => !(readIp(text as string) instanceof CelError)]],
  ip: [
    ['string_to_ip', '(string) -> net.IP', (text) => wrap(readIp(text as string), ipValue)],
    ['cidr_ip', 'net.CIDR.() -> net.IP', (cidr) => ipValue(network(cidr).address)],
  ],
  'ip.isCanonical': [
    [
      'ip_is_canonical',
      '(string) -> bool',
      (text) => {
        const ip = readIp(text as string);
        return ip instanceof CelError ? ip : printAddress(ip) === text;
      },
    ],
  ],
  family: [['family', 'net.IP.() -> int', (ip) => (address(ip).bytes.length === 4 ? 4n : 6n)]],
  isUnspecified: trait('is_unspecified', isUnspecified),
  isLoopback: trait('is_loopback', isLoopback),
  isLinkLocalMulticast: trait('is_link_local_multicast', isLinkLocalMulticast),
  isLinkLocalUnicast: trait('is_link_local_unicast', isLinkLocalUnicast),
  isGlobalUnicast: trait('is_global_unicast', isGlobalUnicast),
  string: [
    ['ip_to_string', '(net.IP) -> string', (ip) => printAddress(address(ip))],
    ['cidr_to_string', '(net.CIDR) -> string', (cidr) => printNetwork(network(cidr))],
  ],
  isCIDR: [['is_cidr', '(string) -> bool', (text) => !(readCidr(text as string) instanceof CelError)]],
  cidr: [['string_to_cidr', '(string) -> net.CIDR', (text) => wrap(readCidr(text as string), cidrValue)]],
  containsIP: [
    ['cidr_contains_ip_ip', 'net.CIDR.(net.IP) -> bool', (cidr, ip) => containsIp(network(cidr), address(ip))],
    [
      'cidr_contains_ip_string',
      'net.CIDR.(string) -> bool',
      // A text that is no address is told as a wrong argument (B7.27).
      (cidr, text) => {
        const ip = readIp(text as string);
        return ip instanceof CelError ? new CelError('no such overload') : containsIp(network(cidr), ip);
      },
    ],
  ],
  containsCIDR: [
    ['cidr_contains_cidr', 'net.CIDR.(net.CIDR) -> bool', (outer, inner) => containsCidr(network(outer), network(inner))],
    [
      'cidr_contains_cidr_string',
      'net.CIDR.(string) -> bool',
      (outer, text) => wrap(readCidr(text as string), (inner) => containsCidr(network(outer), inner)),
    ],
  ],
  masked: [['cidr_masked', 'net.CIDR.() -> net.CIDR', (cidr) => cidrValue(masked(network(cidr)))]],
  prefixLength: [['cidr_prefix_length', 'net.CIDR.() -> int', (cidr) => BigInt(network(cidr).bits)]],
};
