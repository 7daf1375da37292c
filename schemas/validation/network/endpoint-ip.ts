import { type FieldError, invalidValue } from '../../field-errors.js';
import { type Address, parseAddress } from '../ip.js';

/** `prefix` in the leading bits: its value, and how many bits follow it. */
type Range = readonly [prefix: bigint, followingBits: bigint];
const RANGES = {
  4: { loopback: [127n, 24n], linkLocal: [0xa9fen, 16n], multicast: [0xe00000n, 8n] },
  6: { loopback: [1n, 0n], linkLocal: [0xfe80n >> 6n, 118n], multicast: [0xff02n, 112n] },
} as const satisfies Record<4 | 6, Record<string, Range>>;

const inRange = ({ bits }: Address, [prefix, following]: Range): boolean => bits >> following === prefix;

/** Addresses that no traffic from elsewhere reaches. */
export function validateEndpointIp(field: string, value: string, errors: FieldError[]): void {
  const address = parseAddress(value);
  if (!address) {
    errors.push(invalidValue(field, value, 'must be a valid IP address'));
    return;
  }
  const { loopback, linkLocal, multicast } = RANGES[address.family];
  const problems: [boolean, string][] = [
    [address.bits === 0n, `may not be unspecified (${value})`],
    [inRange(address, loopback), 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    [inRange(address, linkLocal), 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    [inRange(address, multicast), 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ];
  for (const [found, detail] of problems) if (found) errors.push(invalidValue(field, value, detail));
}
