import t from 'tap';
import { cidrContains, parseAddress, parseCidr, printAddress, printNetwork, warnOfCidr, warnOfIp } from '../../../schemas/validation/ip.js';

const canonical: [text: string, printed: string][] = [
  ['10.0.0.1', '10.0.0.1'],
  ['010.0.0.1', '10.0.0.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
];
for (const [text, printed] of canonical) t.equal(printAddress(parseAddress(text)!), printed, text);

for (const text of [
  '',
  '1.2.3',
  '1.2.3.4.5',
  '256.0.0.1',
  '1.2.3.x',
  '1:2:3',
  ':::',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7:8:9',
  '::1.2.3',
  'x',
])
  t.notOk(parseAddress(text), `no address: ${text}`);
for (const text of ['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '::/129', '10.0.0.0/-1', 'x/8'])
  t.notOk(parseCidr(text), `no network: ${text}`);

t.equal(printNetwork(parseCidr('10.1.2.3/8')!), '10.0.0.0/8');
t.equal(printNetwork(parseCidr('2001:db8:0:1::5/48')!), '2001:db8::/48');

const contains: [outer: string, inner: string, contained: boolean][] = [
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.0.0.0/8', '10.0.0.0/8', true],
  ['10.0.0.0/8', '11.0.0.0/16', false],
  ['10.1.0.0/16', '10.0.0.0/8', false],
  ['0.0.0.0/0', '::/0', false],
];
for (const [outer, inner, contained] of contains)
  t.equal(cidrContains(parseCidr(outer)!, parseCidr(inner)!), contained, `${outer} holds ${inner}: ${contained}`);

function warnings(warn: (field: string, value: string, found: string[]) => void, value: string): string[] {
  const found: string[] = [];
  warn('f', value, found);
  return found;
}
t.strictSame(warnings(warnOfIp, '10.0.0.1'), []);
t.strictSame(warnings(warnOfIp, '010.0.0.1'), ['f: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"']);
t.strictSame(warnings(warnOfIp, '2001:DB8::1'), ['f: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")']);
t.strictSame(warnings(warnOfCidr, '10.0.0.1/8'), [
  'f: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
]);
