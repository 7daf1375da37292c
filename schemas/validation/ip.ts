/** IP addresses and CIDRs as Kubernetes reads them: `sloppy` ones may have leading zeros, strict and canonical ones may not. */
import { type FieldError, goQuote, invalidValue } from '../field-errors.js';

/** 4 or 16 bytes as one number; `leadingZeros` and `mapped` tell what strict readers refuse. */
export interface Address {
  family: 4 | 6;
  bits: bigint;
  /** An IPv4 octet was written with a leading zero. */
  leadingZeros: boolean;
  /** `::ffff:1.2.3.4`: IPv4 to everyone who reads sloppily. */
  mapped: boolean;
}

const MAPPED = 0xffffn << 32n;

function parseOctets(text: string): { bits: bigint; leadingZeros: boolean } | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let bits = 0n;
  let leadingZeros = false;
  for (const octet of octets) {
    if (!/^[0-9]+$/.test(octet) || octet.length > 20 || Number(octet) > 255) return undefined;
    if (octet.length > 1 && octet[0] === '0') leadingZeros = true;
    bits = (bits << 8n) | BigInt(Number(octet));
  }
  return { bits, leadingZeros };
}

/** The 16-bit groups of one side of `::`; a dotted tail makes two. */
function parseGroups(text: string): { groups: bigint[]; leadingZeros: boolean } | undefined {
  if (text === '') return { groups: [], leadingZeros: false };
  const groups: bigint[] = [];
  let leadingZeros = false;
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const dotted = i === parts.length - 1 ? parseOctets(part) : undefined;
      if (!dotted) return undefined;
      leadingZeros = dotted.leadingZeros;
      groups.push(dotted.bits >> 16n, dotted.bits & 0xffffn);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(BigInt(`0x${part}`));
    }
  }
  return { groups, leadingZeros };
}

/** Undefined where the text is no address. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const octets = parseOctets(text);
    return octets && { family: 4, mapped: false, ...octets };
  }
  const sides = text.split('::');
  if (sides.length > 2) return undefined;
  const left = parseGroups(sides[0]!);
  const right = sides.length === 2 ? parseGroups(sides[1]!) : { groups: [], leadingZeros: false };
  if (!left || !right) return undefined;
  const missing = 8 - left.groups.length - right.groups.length;
  if (sides.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left.groups, ...Array<bigint>(missing).fill(0n), ...right.groups];
  const bits = groups.reduce((sum, group) => (sum << 16n) | group, 0n);
  const mapped = bits >> 32n === 0xffffn;
  const leadingZeros = left.leadingZeros || right.leadingZeros;
  return mapped ? { family: 4, bits: bits & 0xffffffffn, leadingZeros, mapped } : { family: 6, bits, leadingZeros, mapped };
}

function printGroups(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

/** The canonical text (RFC 5952). */
export function printAddress({ family, bits }: Pick<Address, 'family' | 'bits'>): string {
  if (family === 6) return printGroups(bits);
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
}

export interface Cidr {
  address: Address;
  prefixLength: number;
  /** The prefix length was written with a leading zero. */
  leadingZeros: boolean;
}

export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (!address || !/^[0-9]{1,9}$/.test(length)) return undefined;
  const bits = address.family === 4 && !address.mapped ? 32 : 128;
  if (Number(length) > bits) return undefined;
  return { address, prefixLength: Number(length), leadingZeros: length.length > 1 && length[0] === '0' };
}

const width = ({ address }: Cidr): number => (address.family === 4 && !address.mapped ? 32 : 128);
const fullBits = ({ address }: Cidr): bigint => (address.mapped ? MAPPED | address.bits : address.bits);

/** The address with everything beyond the prefix cleared. */
function maskedBits(cidr: Cidr): bigint {
  const host = BigInt(width(cidr) - cidr.prefixLength);
  return (fullBits(cidr) >> host) << host;
}

const hasHostBits = (cidr: Cidr): boolean => maskedBits(cidr) !== fullBits(cidr);

/** `10.0.0.0/8` of `10.1.2.3/8`. */
export function printNetwork(cidr: Cidr): string {
  const bits = maskedBits(cidr);
  if (cidr.address.mapped && bits >> 32n === 0xffffn && cidr.prefixLength >= 96)
    return `${printAddress({ family: 4, bits: bits & 0xffffffffn })}/${cidr.prefixLength - 96}`;
  return `${printAddress({ family: width(cidr) === 32 ? 4 : 6, bits })}/${cidr.prefixLength}`;
}

/** Whether the first network holds the second. */
export function cidrContains(outer: Cidr, inner: Cidr): boolean {
  if (width(outer) !== width(inner) || outer.prefixLength > inner.prefixLength) return false;
  const host = BigInt(width(outer) - outer.prefixLength);
  return fullBits(outer) >> host === fullBits(inner) >> host;
}

/** What is wrong with an address that may be spelled in any way but those that readers disagree about. */
function strictIpMessage(value: string): string | undefined {
  const address = parseAddress(value);
  if (!address) return 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  if (address.leadingZeros) return 'must not have leading 0s';
  return address.mapped ? 'must not be an IPv4-mapped IPv6 address' : undefined;
}

/** What is wrong with an address that must be spelled in the canonical way. */
export function canonicalIpMessage(value: string): string | undefined {
  const message = strictIpMessage(value);
  if (message) return message;
  const canonical = printAddress(parseAddress(value)!);
  return canonical === value ? undefined : `must be in canonical form (${goQuote(canonical)})`;
}

/** Members that predate strict rules. Values of the stored object pass. */
export function validateLegacyIp(field: string, value: string, errors: FieldError[], stored: readonly string[] = []): boolean {
  const message = stored.includes(value) ? undefined : strictIpMessage(value);
  if (message) errors.push(invalidValue(field, value, message));
  return message === undefined;
}

/** Members of newer kinds: only the canonical spelling. */
export function validateCanonicalIp(field: string, value: string, errors: FieldError[]): boolean {
  const message = canonicalIpMessage(value);
  if (message) errors.push(invalidValue(field, value, message));
  return message === undefined;
}

export function validateLegacyCidr(field: string, value: string, errors: FieldError[], stored: readonly string[] = []): boolean {
  if (stored.includes(value)) return true;
  const cidr = parseCidr(value);
  const problem = !cidr
    ? 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
    : cidr.leadingZeros || cidr.address.leadingZeros
      ? 'must not have leading 0s in IP or prefix length'
      : cidr.address.mapped
        ? 'must not have an IPv4-mapped IPv6 address'
        : hasHostBits(cidr)
          ? 'must not have bits set beyond the prefix length'
          : '';
  if (problem !== '') errors.push(invalidValue(field, value, problem));
  return problem === '';
}

export function validateCanonicalCidr(field: string, value: string, errors: FieldError[]): boolean {
  if (!validateLegacyCidr(field, value, errors)) return false;
  const canonical = printNetwork(parseCidr(value)!);
  if (canonical === value) return true;
  errors.push(invalidValue(field, value, `must be in canonical form (${goQuote(canonical)})`));
  return false;
}

/** Warnings about spellings that `validateLegacyIp` accepts or accepted. */
export function warnOfIp(field: string, value: string, warnings: string[]): void {
  const address = parseAddress(value);
  if (!address) return;
  const canonical = printAddress(address);
  if (address.leadingZeros || address.mapped) {
    warnings.push(`${field}: non-standard IP address ${goQuote(value)} is invalid: use ${goQuote(canonical)}`);
  } else if (address.family === 6 && canonical !== value) {
    warnings.push(`${field}: IPv6 address ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(canonical)})`);
  }
}

export function warnOfCidr(field: string, value: string, warnings: string[]): void {
  const cidr = parseCidr(value);
  if (!cidr) return;
  const network = printNetwork(cidr);
  const before = warnings.length;
  if (hasHostBits(cidr)) {
    const single = `${printAddress(cidr.address)}/${width(cidr)}`;
    warnings.push(
      `${field}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${goQuote(network)} or ${goQuote(single)}?)`,
    );
  }
  if (cidr.leadingZeros || cidr.address.leadingZeros || cidr.address.mapped) {
    warnings.push(`${field}: non-standard CIDR value ${goQuote(value)} is invalid: use ${goQuote(network)}`);
  }
  if (warnings.length === before && cidr.address.family === 6 && network !== value) {
    warnings.push(`${field}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(network)})`);
  }
}
