import t from 'tap';
import type { JsonObject } from '../../../schemas/json-value.js';
import { rules, testCreate, testDefaults, testUpdate, testWarnings } from './cases.js';

const CONFIG_MAP = ['', 'ConfigMap'] as const;
const SECRET = ['', 'Secret'] as const;
const NAMESPACE = ['', 'Namespace'] as const;
const SERVICE_ACCOUNT = ['', 'ServiceAccount'] as const;
const LEASE = ['coordination.k8s.io', 'Lease'] as const;

const KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const long = 'k'.repeat(254);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

testCreate(CONFIG_MAP, [
  ['data is optional', {}, []],
  [
    'a key may not stand in both maps',
    { data: { k: 't' }, binaryData: { k: 'AAEC' } },
    ['data[k]: Invalid value: "k": duplicate of key present in binaryData'],
  ],
  [
    'keys of both maps are checked',
    { data: { 'a b': 't' }, binaryData: { 'c/d': 'AAEC' } },
    [`data[a b]: Invalid value: "a b": ${KEY}`, `binaryData[c/d]: Invalid value: "c/d": ${KEY}`],
  ],
  ['a dot is no key', { data: { '.': 't' } }, [`data[.]: Invalid value: ".": must not be '.'`]],
  ['two dots are no key', { data: { '..': 't' } }, [`data[..]: Invalid value: "..": must not be '..'`]],
  ['a key may not begin with two dots', { data: { '..a': 't' } }, [`data[..a]: Invalid value: "..a": must not start with '..'`]],
  ['the empty key', { data: { '': 't' } }, [`data[]: Invalid value: "": ${KEY}`]],
  ['a long key', { data: { [long]: 't' } }, [`data[${long}]: Invalid value: "${long}": must be no more than 253 characters`]],
  ['a mebibyte is the limit', { data: { a: 'x'.repeat(1048576) } }, []],
  [
    'more than a mebibyte',
    { data: { a: 'x'.repeat(1048574) }, binaryData: { b: 'AAEC' } },
    ['[]: Too long: may not be more than 1048576 bytes'],
  ],
]);

const FROZEN = 'Forbidden: field is immutable when `immutable` is set';
const frozen = { immutable: true, data: { text: 'a' }, binaryData: { bin: 'AAEC' } };
testUpdate(CONFIG_MAP, [
  ['immutable data', { ...frozen, data: { text: 'newer' } }, frozen, [`data: ${FROZEN}`]],
  ['immutable binary data', { immutable: true, data: { text: 'a' } }, frozen, [`binaryData: ${FROZEN}`]],
  ['all at once', { data: { text: 'newer' } }, frozen, [`immutable: ${FROZEN}`, `data: ${FROZEN}`, `binaryData: ${FROZEN}`]],
  ['metadata stays writable', { ...frozen, metadata: { labels: { a: 'b' } } }, frozen, []],
  ['an empty map is like none', { immutable: true, data: {} }, { immutable: true }, []],
]);

testDefaults(SECRET, [
  ['the type is Opaque', {}, { type: 'Opaque' }],
  [
    'stringData goes into data',
    { type: 'x', stringData: { a: 'ä' }, data: { a: 'AA==', b: 'AA==' } },
    { type: 'x', data: { a: 'w6Q=', b: 'AA==' } },
  ],
]);
testCreate(SECRET, [
  [
    'a token secret names its account',
    { type: 'kubernetes.io/service-account-token' },
    ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
  ],
  ['keys are checked', { data: { 'a b': 'AA==' } }, [`data[a b]: Invalid value: "a b": ${KEY}`]],
  ['more than a mebibyte', { stringData: { a: 'x'.repeat(1048577) } }, ['data: Too long: may not be more than 1048576 bytes']],
  ['docker config without its key', { type: 'kubernetes.io/dockerconfigjson' }, ['data[.dockerconfigjson]: Required value']],
  [
    'docker config that is no JSON',
    { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': 'nope' } },
    ["data[.dockercfg]: Invalid value: \"<secret contents redacted>\": invalid character 'o' in literal null (expecting 'u')"],
  ],
  [
    'docker config that is no object',
    { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': '[]' } },
    [
      'data[.dockercfg]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
  ],
  [
    'basic auth needs a user or a password',
    { type: 'kubernetes.io/basic-auth' },
    ['data[username]: Required value', 'data[password]: Required value'],
  ],
  ['basic auth with a password', { type: 'kubernetes.io/basic-auth', data: { password: '' } }, []],
  ['an empty ssh key', { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } }, ['data[ssh-privatekey]: Required value']],
  ['TLS needs both', { type: 'kubernetes.io/tls' }, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
]);
testUpdate(SECRET, [
  ['the type is immutable', { type: 'example.com/t' }, {}, ['type: Invalid value: "example.com/t": field is immutable']],
  ['immutable data', { immutable: true, data: { a: 'AA==' } }, { immutable: true }, [`data: ${FROZEN}`]],
  [
    'another type of content',
    { type: 'kubernetes.io/tls' },
    { type: 'kubernetes.io/tls' },
    ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
  ],
]);
testWarnings(SECRET, [
  [
    'no PEM',
    { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } },
    ['tls: failed to find any PEM data in certificate input'],
  ],
  [
    'the two are switched',
    { type: 'kubernetes.io/tls', data: { 'tls.crt': base64('-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n') } },
    ['tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'],
  ],
  ['other types are not looked at', {}, []],
]);

const UNQUALIFIED = 'name is neither a standard finalizer name nor is it fully qualified';
testDefaults(NAMESPACE, [
  [
    'its name is a label',
    { metadata: { name: 'a' } },
    { metadata: { name: 'a', labels: { 'kubernetes.io/metadata.name': 'a' } }, status: { phase: 'Active' } },
  ],
  ['no name yet, no label', { metadata: { generateName: 'a' } }, { metadata: { generateName: 'a' }, status: { phase: 'Active' } }],
]);
testCreate(NAMESPACE, [
  ['a bare finalizer', { spec: { finalizers: ['hold'] } }, [`spec.finalizers: Invalid value: "hold": ${UNQUALIFIED}`]],
  ['standard and qualified ones', { spec: { finalizers: ['kubernetes', 'example.com/a'] } }, []],
]);
testUpdate(
  NAMESPACE,
  [['bad finalizers', { spec: { finalizers: ['hold'] } }, {}, [`spec.finalizers[0]: Invalid value: "hold": ${UNQUALIFIED}`]]],
  'finalize',
);
testUpdate(
  NAMESPACE,
  [
    [
      'a live one is active',
      { status: { phase: 'Terminating' } },
      {},
      ['status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty'],
    ],
    [
      'a dying one is not',
      { metadata: { deletionTimestamp: 'x' }, status: { phase: 'Active' } },
      {},
      ['status.Phase: Invalid value: "Active": may only be \'Terminating\' if `deletionTimestamp` is not empty'],
    ],
  ],
  'status',
);

t.test('a namespace begins active, with the kubernetes finalizer last', async (t) => {
  const object: JsonObject = { metadata: { name: 'a' }, spec: { finalizers: ['example.com/spec'] }, status: { phase: 'Terminating' } };
  rules(NAMESPACE).prepareForCreate!(object);
  t.strictSame(object, { metadata: { name: 'a' }, spec: { finalizers: ['example.com/spec', 'kubernetes'] }, status: { phase: 'Active' } });
});

t.test('an update of a namespace leaves spec.finalizers and status alone', async (t) => {
  const object: JsonObject = { spec: { finalizers: ['x/y'] }, status: { phase: 'Terminating' } };
  rules(NAMESPACE).prepareForUpdate!(object, { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
  t.strictSame(object, { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
});

t.test('of a reference to a secret a service account keeps the name', async (t) => {
  const object: JsonObject = { secrets: [{ kind: 'Secret', name: 'a', namespace: 'b' }, { namespace: 'b' }] };
  rules(SERVICE_ACCOUNT).prepareForCreate!(object);
  t.strictSame(object, { secrets: [{ name: 'a' }, {}] });
});

testWarnings(SERVICE_ACCOUNT, [
  [
    'a deprecated annotation',
    { metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } } },
    [
      'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
    ],
  ],
]);

testCreate(LEASE, [
  ['an empty spec', { spec: {} }, []],
  [
    'bad numbers',
    { spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } },
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
]);

t.test('members behind a gate that is off are not stored', async (t) => {
  const object: JsonObject = { spec: { preferredHolder: 'a', strategy: 'b', holderIdentity: 'c' } };
  rules(LEASE).prepareForCreate!(object);
  t.strictSame(object, { spec: { holderIdentity: 'c' } });
});
