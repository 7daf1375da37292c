import t from 'tap';
import { definition, definitionOfKind, definitions, findDefinition, itemOf, jsonFields } from '../../../schemas/definitions/index.js';

const field = (type: string, name: string) => jsonFields(definition(type)).find((f) => f.name === name);

t.test('a field carries the facts of its line', async (t) => {
  t.strictSame(field('io.k8s.api.core.v1.ContainerPort', 'protocol'), {
    name: 'protocol',
    type: 'string',
    tag: 4,
    presence: 'omitempty',
    goType: 'v1.Protocol',
    default: 'TCP',
    values: ['TCP', 'UDP', 'SCTP'],
    enum: true,
  });
  t.match(field('io.k8s.api.core.v1.PodSpec', 'containers'), {
    type: '[]io.k8s.api.core.v1.Container',
    listType: 'map',
    listMapKeys: ['name'],
    patchStrategy: 'merge',
    patchMergeKey: 'name',
    presence: 'always',
    required: true,
  });
  t.match(field('io.k8s.api.certificates.v1.CertificateSigningRequestSpec', 'usages')?.values, ['signing', 'digital signature']);
  t.equal(field('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'creationTimestamp')?.omitzero, true);
});

t.test('inlined types give their members', async (t) => {
  t.ok(field('io.k8s.api.core.v1.Volume', 'emptyDir'));
  t.same(definition('io.k8s.api.core.v1.Volume').fields[1], { inline: 'io.k8s.api.core.v1.VolumeSource', tag: 2 });
});

t.test('kinds are found by their group-version', async (t) => {
  for (const [group, version, kind, name] of [
    ['', 'v1', 'Pod', 'io.k8s.api.core.v1.Pod'],
    ['', 'v1', 'Status', 'io.k8s.apimachinery.pkg.apis.meta.v1.Status'],
    ['apps', 'v1', 'DeploymentList', 'io.k8s.api.apps.v1.DeploymentList'],
    ['apps', 'v1', 'DeleteOptions', 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'],
    ['meta.k8s.io', 'v1beta1', 'PartialObjectMetadataList', 'io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList'],
    ['apps', 'v1', 'DeploymentSpec', undefined],
    ['apps', 'v1beta1', 'Deployment', undefined],
    ['example.com', 'v1', 'Pod', undefined],
  ] as const)
    t.equal(definitionOfKind({ group, version, kind })?.name, name);
  t.equal(findDefinition('io.k8s.api.core.v1.Nothing'), undefined);
  t.throws(() => definition('io.k8s.api.core.v1.Nothing'), /no definition is called/);
});

t.test('every type that a field names is defined, and tags do not repeat within a message', async (t) => {
  const scalars = /^(string|int32|int64|bool|double|bytes|Time|MicroTime|Duration|Quantity|IntOrString|RawExtension|FieldsV1)$/;
  const selfMade = /\.(JSON|JSONSchemaPropsOr(Array|Bool|StringArray))$/;
  let count = 0;
  const problems: string[] = [];
  for (const { name, fields } of definitions()) {
    count++;
    const tags = fields.map((f) => f.tag).filter((tag) => tag !== undefined);
    if (new Set(tags).size < tags.length) problems.push(`${name} repeats a tag`);
    for (const f of fields) {
      let type = 'inline' in f ? f.inline : f.type;
      for (let item = itemOf(type); item; item = itemOf(type)) type = item.item;
      if (!scalars.test(type) && !selfMade.test(type) && !findDefinition(type)) problems.push(`${name}: ${type}`);
    }
  }
  t.strictSame(problems, []);
  t.ok(count > 700);
});
