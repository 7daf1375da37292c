/** certificates.k8s.io: what makes requests and bundles invalid, beyond the golden cases. */
import t from 'tap';
import type { FieldError } from '../../../schemas/field-errors.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { COMMON_NAME, parseCertificateRequest, pemBlocks, signatureProblem } from '../../../schemas/validation/certificate-request.js';
import { rulesOf } from '../../../schemas/validation/index.js';
import { createAuthority, issueClient } from '../../../server/auth/pki.js';
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const print = (errors: readonly FieldError[]): string[] => errors.map(({ field, body }) => `${field}: ${body}`);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const csr = rulesOf('certificates.k8s.io', 'CertificateSigningRequest')!;
const bundleRules = rulesOf('certificates.k8s.io', 'ClusterTrustBundle')!;

async function requestPem(algorithm: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams): Promise<string> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ['Jörg'] }],
    keys,
    signingAlgorithm: { name: algorithm.name, hash: 'SHA-256' },
  });
  return made.toString('pem');
}
const ec = await requestPem({ name: 'ECDSA', namedCurve: 'P-256' });
const rsa = await requestPem({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
});

t.test('certificate requests are read, and their signature is checked', (t) => {
  for (const [title, pem, failure] of [
    ['ECDSA', ec, 'x509: ECDSA verification failure'],
    ['RSA', rsa, 'crypto/rsa: verification error'],
  ] as const) {
    const der = pemBlocks(`noise\n${pem}\nmore`)[0]!.bytes;
    const parsed = parseCertificateRequest(der);
    t.same(parsed.subject, [{ type: COMMON_NAME, value: 'Jörg' }], title);
    t.equal(signatureProblem(parsed), undefined, title);
    const broken = Buffer.from(der);
    broken[broken.length - 1]! ^= 1;
    t.equal(signatureProblem(parseCertificateRequest(broken)), failure, title);
  }
  for (let cut = 0; cut < 60; cut++) {
    const der = pemBlocks(ec)[0]!.bytes.subarray(0, cut);
    t.throws(() => parseCertificateRequest(der), { message: /^asn1: / }, `cut off after ${cut} bytes`);
  }
  t.end();
});

t.test('the status of a request', (t) => {
  const of = (conditions: JsonObject[], certificate?: string): JsonObject => ({
    spec: {},
    status: { conditions, ...(certificate !== undefined && { certificate }) },
  });
  const yes = (type: string): JsonObject => ({ type, status: 'True' });
  for (const [title, before, after, viaStatus, viaApproval] of [
    [
      'an approval',
      of([]),
      of([yes('Approved')]),
      ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
      [],
    ],
    ['a failure', of([]), of([yes('Failed')]), [], []],
    [
      'no type',
      of([]),
      of([{ status: 'True' }]),
      ['status.conditions[0].type: Required value'],
      ['status.conditions[0].type: Required value'],
    ],
    [
      'no status',
      of([]),
      of([{ type: 'Other' }]),
      ['status.conditions[0].status: Required value'],
      ['status.conditions[0].status: Required value'],
    ],
    [
      'another status',
      of([]),
      of([{ type: 'Other', status: 'Maybe' }]),
      ['status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"'],
      ['status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"'],
    ],
    [
      'twice',
      of([yes('Failed')]),
      of([yes('Failed'), yes('Failed')]),
      ['status.conditions[1].type: Duplicate value: "Failed"'],
      ['status.conditions[1].type: Duplicate value: "Failed"'],
    ],
    [
      'a failure taken back',
      of([yes('Failed')]),
      of([]),
      ['status.conditions: Forbidden: updates may not remove a condition of type "Failed"'],
      ['status.conditions: Forbidden: updates may not remove a condition of type "Failed"'],
    ],
    [
      'a key for a certificate',
      of([]),
      of([], base64('-----BEGIN X-----\nAA==\n-----END X-----\n')),
      ['status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "X"'],
      ['status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "X"'],
    ],
  ] as [string, JsonObject, JsonObject, string[], string[]][]) {
    t.same(print(csr.validateStatusUpdate!(after, before)), viaStatus, `${title}, through /status`);
    t.same(print(csr.subresources!['approval']!.validateUpdate!(after, before)), viaApproval, `${title}, through /approval`);
  }
  t.end();
});

t.test('trust bundles are called after their signer and hold authorities, each once', async (t) => {
  const { certificate: ca, key } = await createAuthority('a', Date.now());
  const { certificate: other } = await createAuthority('b', Date.now());
  const leaf = await issueClient({ certificate: ca, key }, { commonName: 'x' }, 1, Date.now());
  const omitted = 'spec.trustBundle: Invalid value: "<value omitted>": ';
  for (const [name, signerName, trustBundle, errors] of [
    ['plain', '', ca, []],
    ['plain', '', `${ca}\n${other}`, []],
    ['example.com:signer:plain', 'example.com/signer', ca, []],
    ['a:b', '', ca, ['metadata.name: Invalid value: "a:b": ClusterTrustBundle without signer name must not have ":" in its name']],
    [
      'plain',
      'example.com/signer',
      ca,
      [
        'metadata.name: Invalid value: "plain": ClusterTrustBundle for signerName example.com/signer must be named with prefix example.com:signer:',
      ],
    ],
    ['plain', '', '', [`${omitted}at least one trust anchor must be provided`]],
    ['plain', '', leaf.certificate, [`${omitted}entry 0 does not have the CA bit set`]],
    ['plain', '', `${ca}\n${leaf.key}`, [`${omitted}entry 1 has bad block type: PRIVATE KEY`]],
    ['plain', '', '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n', [`${omitted}entry 0 does not parse as X.509`]],
    ['plain', '', `${ca}\n${other}\n${ca}`, [`${omitted}duplicate trust anchor (indices [0 2])`]],
  ] as [string, string, string, string[]][])
    t.same(print(bundleRules.validate!({ metadata: { name }, spec: { signerName, trustBundle } })), errors, `${name} ${signerName}`);
  const old = { metadata: { name: 'example.com:s:x' }, spec: { signerName: 'example.com/s', trustBundle: ca } };
  const moved = { metadata: { name: 'example.com:t:x' }, spec: { signerName: 'example.com/t', trustBundle: ca } };
  t.same(print(bundleRules.validateUpdate!(moved, old)), ['spec.signerName: Invalid value: "example.com/t": field is immutable']);
});

t.test('a write of the status leaves verdicts as the approval made them', async (t) => {
  const approved = { type: 'Approved', status: 'True', reason: 'known', lastUpdateTime: 'then', lastTransitionTime: 'then' };
  const failed = { type: 'Failed', status: 'True', lastUpdateTime: 'then', lastTransitionTime: 'then' };
  for (const [title, sent, kept] of [
    ['the verdict', { type: 'Approved', status: 'True' }, approved],
    ['another condition', failed, failed],
  ] as const) {
    const object: JsonObject = { spec: {}, status: { conditions: [{ ...sent }] } };
    const context = { now: 'then' } as Parameters<NonNullable<typeof csr.prepareForStatusUpdate>>[2];
    csr.prepareForStatusUpdate!(object, { spec: {}, status: { conditions: [approved] } }, context);
    t.same(object['status'], { conditions: [kept] }, title);
  }
});
