import { readFileSync } from 'node:fs';
import t from 'tap';
import { findDefinition } from '../../schemas/definitions/index.js';
import { apiVersionOf } from '../../schemas/group-version.js';
import { BUILTIN_GROUPS, BUILTIN_KINDS, builtinKind, isKnownType, type Kind, storageVersionHash } from '../../schemas/kinds.js';

/**
 * What a kube-apiserver 1.36.3 answers to discovery, one resource a line: group-version, name, kind, singular, scope, short names,
 * categories, verbs (`*`: all), hash (`?`: not recorded), then subresources with verbs and kind.
 */
const recorded = readFileSync(new URL('../../../tests/fixtures/discovery-1.36.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

const verbsOf = (verbs: readonly string[]): string => (verbs.length === 8 ? '*' : verbs.join(','));

function discoveryLine(kind: Kind): string {
  const subresources = kind.subresources.map(({ name, verbs, kind: answer }) => {
    const foreign = answer.group !== kind.group || answer.version !== kind.version;
    return `${name}:${verbsOf(verbs)}:${foreign ? `${answer.group}/${answer.version}/` : ''}${answer.kind}`;
  });
  return [
    apiVersionOf(kind),
    kind.plural,
    kind.kind,
    kind.singular,
    kind.namespaced ? 'namespaced' : 'cluster',
    kind.shortNames.join(',') || '-',
    kind.categories.join(',') || '-',
    verbsOf(kind.verbs),
    storageVersionHash(kind) ?? '-',
    ...subresources,
  ].join(' ');
}

t.test('the table says what discovery of 1.36.3 says, in its order of groups and versions', async (t) => {
  const byName = (lines: string[]) => [...lines].sort();
  const actual = BUILTIN_KINDS.map(discoveryLine);
  const expected = recorded.map((line) => {
    if (!line.includes(' ? ') && !line.endsWith(' ?')) return line;
    const [gv, plural] = line.split(' ');
    const hash = actual.find((l) => l.startsWith(`${gv} ${plural} `))?.split(' ')[8];
    return line.replace(/ \?(?= |$)/, ` ${hash}`);
  });
  t.strictSame(byName(actual), byName(expected));
  const groupVersions = (lines: string[]) => [...new Set(lines.map((line) => line.split(' ')[0]))];
  t.strictSame(groupVersions(actual), groupVersions(recorded));
  t.strictSame(
    BUILTIN_GROUPS.flatMap(({ group, versions }) => versions.map((version) => apiVersionOf({ group, version }))),
    groupVersions(recorded),
  );
});

t.test('every kind and the list of every listable kind have a definition', async (t) => {
  t.strictSame(
    BUILTIN_KINDS.filter((kind) => !findDefinition(kind.definition!)).map((kind) => kind.kind),
    [],
  );
  t.strictSame(
    BUILTIN_KINDS.filter((kind) => kind.verbs.includes('list') && !findDefinition(`${kind.definition}List`)).map((kind) => kind.listKind),
    [],
  );
});

t.test('field labels and the refusal of others (R6.51, R6.52)', async (t) => {
  for (const [group, version, kind, labels, refusal] of [
    ['', 'v1', 'Namespace', 'metadata.name status.phase', 'field label not supported: %s'],
    ['', 'v1', 'Secret', 'metadata.name metadata.namespace type', 'field label not supported: %s'],
    [
      'rbac.authorization.k8s.io',
      'v1',
      'ClusterRole',
      'metadata.name metadata.namespace',
      '"%s" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    ['batch', 'v1', 'Job', 'metadata.name metadata.namespace status.successful', 'field label "%s" not supported for Job'],
    [
      'resource.k8s.io',
      'v1beta1',
      'ResourceSlice',
      'metadata.name spec.nodeName spec.driver',
      'field label not supported for resource.k8s.io/v1beta1, Kind=ResourceSlice: %s',
    ],
  ] as const) {
    const row = builtinKind({ group, version, kind })!;
    t.equal(row.fieldLabels.map(({ label }) => label).join(' '), labels);
    t.equal(row.unknownFieldLabel, refusal);
  }
});

t.test('deprecated versions say so (R1.33)', async (t) => {
  for (const [group, version, kind, text] of [
    ['', 'v1', 'Endpoints', 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
    ['', 'v1', 'ComponentStatus', 'v1 ComponentStatus is deprecated in v1.19+'],
    ['networking.k8s.io', 'v1beta1', 'IPAddress', 'networking.k8s.io/v1beta1 IPAddress is deprecated in v1.34+, unavailable in v1.37+'],
    ['', 'v1', 'Pod', undefined],
  ] as const)
    t.equal(builtinKind({ group, version, kind })!.deprecation, text);
});

t.test('kinds that share their objects are stored once', async (t) => {
  const storage = (group: string, version: string, kind: string) => builtinKind({ group, version, kind })!.storage;
  t.strictSame(storage('events.k8s.io', 'v1', 'Event'), storage('', 'v1', 'Event'));
  t.strictSame(storage('autoscaling', 'v1', 'HorizontalPodAutoscaler'), storage('autoscaling', 'v2', 'HorizontalPodAutoscaler'));
  t.equal(storage('authentication.k8s.io', 'v1', 'TokenReview'), undefined);
});

t.test('types are known beyond what is served (R4.17, R4.18)', async (t) => {
  for (const [group, version, kind, known] of [
    ['apps', 'v1', 'Deployment', true],
    ['apps', 'v1', 'DeploymentList', true],
    ['apps', 'v1', 'DeleteOptions', true],
    ['apps', 'v1beta1', 'Deployment', true],
    ['apps', 'v1beta1', 'DeploymentList', true],
    ['apps', 'v1beta1', 'DaemonSet', false],
    ['apps', 'v1beta1', 'ScaleList', false],
    ['extensions', 'v1beta1', 'Ingress', true],
    ['extensions', 'v1beta1', 'PatchOptions', true],
    ['example.com', 'v1', 'DeleteOptions', false],
    ['', 'v2', 'ConfigMap', false],
  ] as const)
    t.equal(isKnownType({ group, version, kind }), known, `${group}/${version} ${kind}`);
});
