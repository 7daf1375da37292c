import t from 'tap';
import { isKnownFormat, stringFormat } from '../../../schemas/structural/formats.js';

const FORMATS: Record<string, { good: string[]; bad: string[] }> = {
  uri: {
    good: [
      'https://example.com/a?b=c',
      '/absolute/path',
      'mailto:a@b',
      'http://',
      '//host/p',
      'http://[::1]:80/',
      'http://u:p@h/%20',
      'a:b c',
    ],
    bad: [
      '',
      'relative/path',
      'http://[::1',
      '%zz',
      'http://a b/',
      ':x',
      'http://h:port/',
      'http://h/%zz',
      'a\u0001',
      'http://::1/',
      'http://[1.2.3.4]/',
      'http://h%41/',
    ],
  },
  email: {
    good: ['a@b', 'A B <a@example.com>', 'a.b+c@example.com', '"x y"@b', 'a@[1.2.3.4]', 'a@b (note)', 'ü@b'],
    bad: ['', 'a@b@c', '@example.com', 'a', '.a@b', 'a..b@c', '<a@b', 'a@b>', 'a b@c'],
  },
  hostname: {
    good: ['A.Example.COM', 'bücher.example', 'localhost', 'a-b.example.com', '1.2.33'],
    bad: ['', 'a_b.example.com', '-a.example.com', 'a.example.com.', '1.2.3.4', `${'a'.repeat(64)}.com`, 'a..b'],
  },
  ipv4: { good: ['10.0.0.1', '10.0.0.01', '::ffff:1.2.3.4'], bad: ['', '256.0.0.1', '::1', '1.2.3'] },
  ipv6: {
    good: ['2001:db8::1', '::', '::ffff:1.2.3.4', '2001:DB8::A', '1:2:3:4:5:6:7:8'],
    bad: ['', '10.0.0.1', 'fe80::1%eth0', '1:2:3:4:5:6:7', '1::2::3', ':::', '1:2:3:4:5:6:7:8:9'],
  },
  cidr: { good: ['10.0.0.1/8', '2001:db8::/32', '10.0.0.0/08'], bad: ['', '10.0.0.0', '10.0.0.0/33', '/8', '::/129', '10.0.0.0/x'] },
  mac: { good: ['00:11:22:aa:bb:cc', '00-11-22-aa-bb-cc', '0011.22aa.bbcc'], bad: ['', '00:11:22', '00:11-22:aa:bb:cc', '001122aabbcc'] },
  uuid: {
    good: ['123E4567-E89B-12D3-A456-426614174000', '123e4567e89b12d3a456426614174000'],
    bad: ['', '{123e4567-e89b-12d3-a456-426614174000}', '123e4567-e89b-12d3-a456'],
  },
  uuid3: { good: ['6fa459ea-ee8a-3ca4-894e-db77e160355e'], bad: ['16fd2706-8baf-433b-82eb-8c7fada847da'] },
  uuid4: { good: ['16fd2706-8baf-433b-82eb-8c7fada847da'], bad: ['123e4567-e89b-12d3-a456-426614174000'] },
  uuid5: { good: ['886313e1-3b8a-5372-9b90-0c9aee199e5d'], bad: ['16fd2706-8baf-433b-82eb-8c7fada847da'] },
  isbn: { good: ['0321751043', '978-0321751041'], bad: ['', '0321751044'] },
  isbn10: { good: ['0321751043', '080442957X'], bad: ['0321751044', '978-0321751041'] },
  isbn13: { good: ['978-0321751041'], bad: ['9780321751042'] },
  creditcard: { good: ['4111-1111-1111-1111'], bad: ['', '4111-1111-1111-1112', '1234'] },
  ssn: { good: ['111-11-1111'], bad: ['', '11-111-1111'] },
  hexcolor: { good: ['#FFFFFF', '#FFF', 'abc'], bad: ['', 'FFFFF'] },
  rgbcolor: { good: ['rgb(100,100,100)', 'rgb( 0 , 1 , 255 )'], bad: ['', 'rgb(300,0,0)', 'rgb(01,0,0)'] },
  byte: { good: ['aGVsbG8=', 'YQ==', 'YWJj'], bad: ['', 'aGVsbG8', 'aGVs bG8=', 'aGVsbG8_', 'YQ='] },
  password: { good: ['', 'anything'], bad: [] },
  date: { good: ['2024-02-29', '2000-12-31'], bad: ['', '2023-02-29', '2023-2-9', '2023-01-01T00:00:00Z', '2023-04-31'] },
  duration: { good: ['22 ns', '3 days', '-5m', '1.5h', '1w', '1h 30m', '1h30m', '0'], bad: ['', '1 fortnight', '10', 'h'] },
  'date-time': {
    good: ['2024-02-29T12:00:00.5Z', '2024-02-29T12:00:00+02:00', '2023-01-01t00:00:00z'],
    bad: ['', '2023-01-01', '2023-01-01T00:00:00', '2023-01-01 00:00:00Z', '2023-13-01T00:00:00Z', '2023-01-01T25:00:00Z', 'yesterday'],
  },
  datetime: { good: ['2024-02-29T12:00:00Z'], bad: ['yesterday'] },
  bsonobjectid: { good: ['507f1f77bcf86cd799439011'], bad: ['', '507f1f77bcf86cd79943901'] },
  'k8s-short-name': { good: ['my-name', '1a'], bad: ['', 'My-Name', 'a.b', 'a'.repeat(64)] },
  'k8s-long-name': { good: ['my.long-name', `${'a'.repeat(64)}.b`], bad: ['', 'a..b', 'A.b', 'a'.repeat(254)] },
};

for (const [format, { good, bad }] of Object.entries(FORMATS)) {
  t.test(`format ${format} (B6.6)`, async (t) => {
    const check = stringFormat(format)!;
    for (const text of good) t.ok(check(text), `${JSON.stringify(text)} passes`);
    for (const text of bad) t.notOk(check(text), `${JSON.stringify(text)} fails`);
  });
}

t.test('a format is known on its own type only', async (t) => {
  for (const [type, format, known] of [
    ['string', 'date', true],
    ['', 'date', true],
    ['string', 'colour', false],
    ['string', 'constructor', false],
    ['string', 'int32', false],
    ['integer', 'int32', true],
    ['integer', 'date', false],
    ['number', 'double', true],
    ['object', 'date', false],
  ] as const)
    t.equal(isKnownFormat(type, format), known, `${format} on ${type}`);
});
