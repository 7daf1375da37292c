import t from 'tap';
import { type AdmissionOptions, admissionEnvironment, jsonVariable, variablesValue } from '../../../schemas/cel/admission.js';
import { definitionType } from '../../../schemas/cel/definition-type.js';
import type { Program } from '../../../schemas/cel/environment.js';
import { type CelType, formatType } from '../../../schemas/cel/types.js';
import { CelError } from '../../../schemas/cel/values.js';
import { definitionOfKind } from '../../../schemas/definitions/index.js';

const POLICY: AdmissionOptions = { params: true, authorizer: true, namespaceObject: true };
const BINDINGS = {
  object: jsonVariable({ metadata: { name: 'w', labels: { a: 'b' } }, spec: { replicas: 3 } }),
  oldObject: jsonVariable(undefined),
  params: jsonVariable({ data: { max: '5' } }),
  request: jsonVariable({ operation: 'CREATE', namespace: 'ns', userInfo: { username: 'me', groups: ['g'] }, dryRun: false }),
  namespaceObject: jsonVariable({ metadata: { name: 'ns', uid: 'u', creationTimestamp: '2024-01-01T00:00:00Z' } }),
};

t.test('policies see the request and everything around it', async (t) => {
  const env = admissionEnvironment(POLICY);
  for (const source of [
    "request.operation == 'CREATE' && request.namespace == 'ns' && 'g' in request.userInfo.groups && !request.dryRun",
    'object.spec.replicas <= int(params.data.max) && oldObject == null',
    "namespaceObject.metadata.name == 'ns' && has(namespaceObject.metadata.creationTimestamp)",
  ]) {
    const { program, issues } = env.compile(source);
    t.equal(program?.evaluate(BINDINGS).value ?? issues, true, source);
  }
  t.match(env.compile('request.nope').issues, /undefined field 'nope'/);
  t.match(admissionEnvironment({ ...POLICY, params: false }).compile('params').issues, /undeclared reference to 'params'/);
  t.match(admissionEnvironment({ ...POLICY, authorizer: false }).compile('authorizer').issues, /undeclared reference to 'authorizer'/);
  t.equal(formatType(env.compile('object.name').program!.resultType), 'dyn');
});

t.test('result types are named as errors print them', async (t) => {
  const env = admissionEnvironment({ ...POLICY, mutation: true });
  const type = (source: string): string => formatType(env.compile(source).program!.resultType);
  t.equal(type('[]'), 'list(dyn)');
  t.equal(type("[JSONPatch{op: 'add'}]"), 'list(JSONPatch)');
  t.equal(type("{'a': 'b'}"), 'map(string, string)');
  t.equal(type('Object{spec: Object.spec{}}'), 'Object');
});

t.test('variables are evaluated once, when they are read', async (t) => {
  const types = new Map<string, CelType>();
  const programs = new Map<string, Program>();
  for (const [name, source] of Object.entries({ max: 'int(params.data.max)', twice: 'variables.max * 2', broken: 'object.nope == 1' })) {
    const { program } = admissionEnvironment({ ...POLICY, variables: types }).compile(source);
    programs.set(name, program!);
    types.set(name, program!.resultType);
  }
  const costs: number[] = [];
  const variables = variablesValue(programs, BINDINGS, (cost) => costs.push(cost));
  const env = admissionEnvironment({ ...POLICY, variables: types });
  const evaluate = (source: string) => env.compile(source).program!.evaluate({ ...BINDINGS, variables }).value;
  t.equal(evaluate('variables.twice + variables.twice + variables.max == 25'), true);
  t.equal(costs.length, 2);
  t.match(evaluate('variables.broken'), new CelError('composited variable "broken" fails to evaluate: no such key: nope'));
  t.match(env.compile('variables.none').issues, /undefined field 'none'/);
  const typed = new Map([
    ['amount', env.compile("quantity('1')").program!.resultType],
    ['texts', env.compile("['a']").program!.resultType],
  ]);
  const later = admissionEnvironment({ ...POLICY, variables: typed });
  t.equal(later.compile("variables.amount == 'a'").issues, undefined, 'types of libraries are forgotten');
  t.match(later.compile('variables.texts == 1').issues, /'\(list\(string\), int\)'/);
});

t.test('built-in kinds can be type-checked', async (t) => {
  const objectType = definitionType(definitionOfKind({ group: 'apps', version: 'v1', kind: 'Deployment' })!, 'Deployment1');
  const env = admissionEnvironment({ ...POLICY, objectType });
  const cases: [string, RegExp | undefined][] = [
    ['object.spec.replicas > 1', undefined],
    ["object.metadata.labels['a'] == 'b' && object.kind == 'Deployment'", undefined],
    ["object.spec.template.spec.containers.all(c, c.image.startsWith('x') && c.ports[0].containerPort > 1)", undefined],
    ["object.spec.template.spec.containers[0].resources.limits['cpu'] != null", /undefined field 'limits'/],
    ['object.spec == 1', /applied to '\(Deployment1.spec, int\)'/],
    ["object.spec.template.spec.containers == 'a'", /'\(list\(Deployment1.spec.template.spec.containers.@idx\), string\)'/],
    ["object.spec.strategy.rollingUpdate.maxSurge == 'a'", undefined],
    ["authorizer.requestResource.check('get').allowed()", /1:11: unexpected failed resolution of 'kubernetes.authorization.Authorizer'/],
    ['object.metadata.creationTimestamp < timestamp(0)', undefined],
    ['object.spec.nope == 1', /1:12: undefined field 'nope'/],
    ["object.spec.replicas == 'two'", /1:22: found no matching overload for '_==_' applied to '\(int, string\)'/],
    ["'is ' + object.spec.nothing", /1:20: undefined field 'nothing'/],
  ];
  for (const [source, problem] of cases) {
    const { issues } = env.compile(source);
    if (problem) t.match(issues, problem, source);
    else t.equal(issues, undefined, source);
  }
  const crd = definitionType(definitionOfKind({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' })!, 'CRD1');
  const deep = admissionEnvironment({ ...POLICY, objectType: crd });
  t.match(
    deep.compile("object.spec.versions[0].schema.openAPIV3Schema.properties['a'].type == 'x'").issues,
    /undefined field 'type'/,
    'what contains itself is seen once',
  );
});
