import t from 'tap';
import { aggregate } from '../../../schemas/field-errors.js';
import { clone, type JsonObject } from '../../../schemas/json-value.js';
import { rulesOf } from '../../../schemas/validation/index.js';

const GROUP = 'admissionregistration.k8s.io';
const rule: JsonObject = { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] };
const matchConstraints: JsonObject = { resourceRules: [rule] };

function findings(kind: string, content: JsonObject, old?: JsonObject): string {
  const rules = rulesOf(GROUP, kind)!;
  const object = { metadata: { name: 'p' }, ...clone(content) };
  rules.default!(object);
  const errors = old ? rules.validateUpdate!(object, { metadata: { name: 'p' }, ...old }) : rules.validate!(object);
  return errors.length === 0 ? '' : aggregate(errors);
}

const cases: [title: string, kind: string, content: JsonObject, text: string][] = [
  [
    'a policy says what it is about and what must hold',
    'ValidatingAdmissionPolicy',
    { spec: {} },
    '[spec.matchConstraints: Required value, spec.validations: Required value: validations or auditAnnotations must contain at least one item, spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item]',
  ],
  [
    'expressions have the type that is wanted',
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints, validations: [{ expression: '1', messageExpression: '2', reason: 'Unauthorized' }] } },
    '[spec.validations[0].expression: Invalid value: "1": must evaluate to bool but got int, spec.validations[0].messageExpression: Invalid value: "2": must evaluate to string but got int, spec.validations[0].reason: Unsupported value: "Unauthorized": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"]',
  ],
  [
    'messages know no authorizer',
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints, validations: [{ expression: 'true', messageExpression: "authorizer.path('/').check('get').reason()" }] } },
    `spec.validations[0].messageExpression: Invalid value: "authorizer.path('/').check('get').reason()": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')\n | authorizer.path('/').check('get').reason()\n | ^`,
  ],
  [
    'an audit annotation is a text or null, under a qualified key',
    'ValidatingAdmissionPolicy',
    {
      spec: {
        matchConstraints,
        auditAnnotations: [
          { key: 'a', valueExpression: '1' },
          { key: 'a', valueExpression: "''" },
        ],
      },
    },
    '[spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int, spec.auditAnnotations[1].key: Duplicate value: "a"]',
  ],
  [
    'variables are known from the one after them on',
    'ValidatingAdmissionPolicy',
    {
      spec: {
        matchConstraints,
        variables: [
          { name: 'a', expression: '1' },
          { name: 'b', expression: 'variables.a + 1' },
        ],
        validations: [{ expression: 'variables.b == 2' }],
      },
    },
    '',
  ],
  [
    'names of variables are identifiers',
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints, variables: [{ name: 'a-b', expression: '' }], validations: [{ expression: 'true' }] } },
    '[spec.variables[0].name: Invalid value: "a-b": must be a valid CEL identifier, spec.variables[0].expression: Required value: expression is not specified]',
  ],
  [
    'params are there only with a paramKind',
    'ValidatingAdmissionPolicy',
    { spec: { paramKind: { apiVersion: 'a/b/c', kind: 'K-' }, matchConstraints, validations: [{ expression: 'params == null' }] } },
    `[spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c, spec.paramKind.kind: Invalid value: "K-": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')]`,
  ],
  [
    'a binding does something, and nothing twice',
    'ValidatingAdmissionPolicyBinding',
    { spec: { policyName: 'p', paramRef: {}, validationActions: ['Deny', 'Warn', 'Shout', 'Deny'] } },
    '[spec.paramRef: Required value: one of name or selector must be specified, spec.paramRef.parameterNotFoundAction: Required value, spec.validationActions[2]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn", spec.validationActions[3]: Duplicate value: "Deny", spec.validationActions: Invalid value: ["Deny","Warn","Shout","Deny"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)]',
  ],
  [
    'resource names are listed once',
    'ValidatingAdmissionPolicyBinding',
    {
      spec: {
        policyName: 'p',
        validationActions: ['Deny'],
        matchResources: { resourceRules: [{ ...rule, resourceNames: ['a', 'a', 'b/c'] }] },
      },
    },
    `[spec.matchResources.resourceRules[0].resourceNames[1]: Duplicate value: "a", spec.matchResources.resourceRules[0].resourceNames[2]: Invalid value: "b/c": may not contain '/']`,
  ],
];

for (const [title, kind, content, text] of cases)
  t.test(title, async (t) => {
    t.equal(findings(kind, content), text);
  });

t.test('an update forgives what the stored configuration has already', async (t) => {
  const webhook = (more: JsonObject): JsonObject => ({
    name: 'a.example.com',
    clientConfig: { url: 'https://example.com' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  });
  const kind = 'ValidatingWebhookConfiguration';
  const tolerated: JsonObject[] = [
    { webhooks: [webhook({ sideEffects: 'Some' })] },
    { webhooks: [webhook({ admissionReviewVersions: ['v2'] })] },
    { webhooks: [webhook({}), webhook({})] },
    { webhooks: [webhook({ matchConditions: [{ name: 'a', expression: 'nope' }] })] },
    { webhooks: [webhook({ objectSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['no value!'] }] } })] },
  ];
  for (const content of tolerated) {
    t.not(findings(kind, content), '');
    t.equal(findings(kind, content, content), '');
  }
});

t.test('defaults fill what was not said, and only once', async (t) => {
  const object: JsonObject = { webhooks: [{ name: 'a', clientConfig: { service: {} }, rules: [{}] }] };
  const { default: fill } = rulesOf(GROUP, 'MutatingWebhookConfiguration')!;
  fill!(object);
  const once = clone(object);
  fill!(object);
  t.same(object, once);
  t.match(object, {
    webhooks: [
      {
        clientConfig: { service: { port: 443 } },
        rules: [{ scope: '*' }],
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
        reinvocationPolicy: 'Never',
      },
    ],
  });
});
