import { type Address, AddressError, parseAddress } from '../../address.js';
import { goQuote } from '../../field-errors.js';
import type { Library } from '../functions.js';
import { CelError, Opaque, type Value } from '../values.js';

interface Network {
  address: Address;
  bits: number;
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
