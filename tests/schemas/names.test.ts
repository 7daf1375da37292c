import fc from 'fast-check';
import t from 'tap';
import {
  asPrefix,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  generateName,
  labelValue,
  nameRuleOf,
  pathSegment,
  qualifiedName,
} from '../../schemas/names.js';

const begins = (messages: string[]): string[] => messages.map((message) => message.slice(0, 34));

t.test('names of objects (R3.16–R3.18)', async (t) => {
  const subdomain = 'a lowercase RFC 1123 subdomain mus';
  const label = 'a lowercase RFC 1123 label must co';
  for (const [rule, name, messages] of [
    [dnsSubdomain, 'a.b-c.0d', []],
    [dnsSubdomain, 'a'.repeat(253), []],
    [dnsSubdomain, 'A'.repeat(254), ['must be no more than 253 character', subdomain]],
    [dnsSubdomain, '', [subdomain]],
    [dnsSubdomain, 'a..b', [subdomain]],
    [dnsSubdomain, 'a.-b', [subdomain]],
    [dnsSubdomain, 'a-.b', [subdomain]],
    [dnsSubdomain, 'grün', [subdomain]],
    [dnsLabel, 'a-b', []],
    [dnsLabel, '1a', []],
    [dnsLabel, 'a.b', ['must not contain dots']],
    [dnsLabel, 'a..b', [label]],
    [dnsLabel, 'Upper', [label]],
    [dnsLabel, 'n'.repeat(64), ['must be no more than 63 characters']],
    [dns1035Label, '1a', ['a DNS-1035 label must consist of l']],
    [dns1035Label, 'a1', []],
    [pathSegment, 'system:Any_Name at all', []],
    [pathSegment, '.', ["may not be '.'"]],
    [pathSegment, '..', ["may not be '..'"]],
    [pathSegment, 'a/b%c', ["may not contain '/'", "may not contain '%'"]],
  ] as const)
    t.same(begins(rule(name)), messages, `${rule.name} ${name.slice(0, 20)}`);
});

t.test('some kinds have rules of their own (R3.16)', async (t) => {
  const crd = { spec: { group: 'example.com', names: { plural: 'widgets' } } };
  const apiService = { spec: { group: 'example.com', version: 'v1' } };
  for (const [group, kind, name, object, messages] of [
    ['', 'Namespace', 'a.b', {}, ['must not contain dots']],
    ['', 'ConfigMap', 'a.b', {}, []],
    ['networking.k8s.io', 'IPAddress', '10.0.0.1', {}, []],
    ['networking.k8s.io', 'IPAddress', 'fe80::1', {}, []],
    ['networking.k8s.io', 'IPAddress', 'fe80:0::1', {}, ['must be in canonical form ("fe80::1")']],
    ['networking.k8s.io', 'IPAddress', 'example', {}, ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    ['rbac.authorization.k8s.io', 'Role', 'A:B', {}, []],
    ['apiextensions.k8s.io', 'CustomResourceDefinition', 'widgets.example.com', crd, []],
    ['apiextensions.k8s.io', 'CustomResourceDefinition', 'other.example.com', crd, ['must be spec.names.plural+"."+spec.group']],
    ['apiregistration.k8s.io', 'APIService', 'v1.example.com', apiService, []],
    ['apiregistration.k8s.io', 'APIService', 'v2.example.com', apiService, ['must be `spec.version+"."+spec.group`: "v1.example.com"']],
    ['apiregistration.k8s.io', 'APIService', 'v1.', {}, ['must be `spec.version+"."+spec.group`: "."']],
  ] as const)
    t.same(nameRuleOf(group, kind)(name, object), messages, `${kind} ${name}`);
});

t.test('qualified names and label values (R3.19, R3.20)', async (t) => {
  for (const [rule, value, messages] of [
    [qualifiedName, 'simple', []],
    [qualifiedName, 'example.com/Name_1.x', []],
    [qualifiedName, '', ['name part must be non-empty', 'name part must consist of alphanume']],
    [qualifiedName, 'a b', ['name part must consist of alphanume']],
    [qualifiedName, '/a', ['prefix part must be non-empty']],
    [qualifiedName, 'A/', ['prefix part a lowercase RFC 1123 su', 'name part must be non-empty', 'name part must consist of alphanume']],
    [qualifiedName, `${'a'.repeat(254)}/n`, ['prefix part must be no more than 25']],
    [qualifiedName, 'k'.repeat(64), ['name part must be no more than 63 b']],
    [qualifiedName, 'a/b/c', ['a valid label key must consist of a']],
    [labelValue, '', []],
    [labelValue, 'A-b_c.9', []],
    [labelValue, 'two words', ['a valid label must be an empty stri']],
    [labelValue, `${'v'.repeat(63)}-`, ['must be no more than 63 bytes', 'a valid label must be an empty stri']],
  ] as const)
    t.same(
      rule(value).map((message) => message.slice(0, 35)),
      messages,
      `${rule.name} ${value.slice(0, 20)}`,
    );
});

t.test('a generated name is the prefix, cut to 58, and five characters (R3.15)', async (t) => {
  t.equal(
    generateName('job-', () => 0),
    'job-bbbbb',
  );
  t.equal(
    generateName('x'.repeat(80), () => 0.999),
    `${'x'.repeat(58)}99999`,
  );
  t.equal(asPrefix('web-'), 'wea');
  t.equal(asPrefix('-'), '-');
});

t.test('what the published expressions accept is accepted', async () => {
  const characters = fc.string({ unit: fc.constantFrom('a', 'Z', '9', '-', '.', '_', '/'), maxLength: 12 });
  const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
  const value = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
  fc.assert(
    fc.property(
      characters,
      (text) =>
        subdomain.test(text) === (dnsSubdomain(text).length === 0) &&
        label.test(text) === (dnsLabel(text).length === 0) &&
        /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text) === (dns1035Label(text).length === 0) &&
        value.test(text) === (labelValue(text).length === 0),
    ),
    { numRuns: 2000 },
  );
});
