import t from 'tap';
import { clientConfigErrors } from '../../../schemas/crd/conversion-rules.js';
import type { Definition } from '../../../schemas/crd/definition.js';
import { prepareDefinitionForUpdate } from '../../../schemas/crd/prepare.js';
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from '../../../schemas/crd/validate.js';
import { clone, type JsonObject } from '../../../schemas/json-value.js';
import { decoded, established, OPEN_SCHEMA, version, widgets, withSchema } from './definitions.js';

const texts = (errors: { field: string; body: string }[]): string[] => errors.map((error) => `${error.field}: ${error.body}`);

const LABEL =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const KIND = `may have mixed case, but should otherwise match: ${LABEL}`;
const REPLICAS = { type: 'object', properties: { spec: OPEN_SCHEMA } };
const webhook = (clientConfig: JsonObject, conversionReviewVersions: string[] = ['v1']): JsonObject => ({
  conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions } },
});
const CLIENT = 'spec.conversion.webhookClientConfig';
const selectable = (...paths: string[]): Definition => {
  const properties = {
    a: { type: 'string' },
    n: { type: 'number' },
    l: { type: 'array', items: { type: 'string' } },
    m: { type: 'object', additionalProperties: { type: 'string' } },
  };
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties }, metadata: { type: 'object', properties: { name: { type: 'string' } } } },
  };
  return withSchema(schema, { selectableFields: paths.map((jsonPath) => ({ jsonPath })) });
};

const CASES: [title: string, crd: Definition, ...errors: string[]][] = [
  ['a small one is fine', widgets()],
  [
    'an empty spec',
    decoded({ metadata: { name: 'x' } }),
    'spec.group: Required value',
    'spec.scope: Required value',
    'spec.versions: Invalid value: null: must have exactly one version marked as storage version',
    'spec.names.plural: Required value',
    'spec.names.singular: Required value',
    'spec.names.kind: Required value',
    'spec.names.listKind: Required value',
    'status.storedVersions: Invalid value: null: must have at least one stored version',
  ],
  [
    'versions that are an empty list',
    widgets({ versions: [] }),
    'spec.versions: Invalid value: []: must have exactly one version marked as storage version',
    'status.storedVersions: Invalid value: null: must have at least one stored version',
  ],
  ['a group needs a dot', widgets({ group: 'nodot' }), 'spec.group: Invalid value: "nodot": should be a domain with at least one dot'],
  [
    'an unknown scope',
    widgets({ scope: 'Everywhere' }),
    'spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
  ],
  [
    'defaulted names are checked too',
    widgets({ names: { kind: 'my_widget' } }),
    `spec.names.singular: Invalid value: "my_widget": ${LABEL}`,
    `spec.names.kind: Invalid value: "my_widget": ${KIND}`,
    `spec.names.listKind: Invalid value: "my_widgetList": ${KIND}`,
  ],
  [
    'kind and listKind differ',
    widgets({ names: { listKind: 'Widget' } }),
    'spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same',
  ],
  [
    'short names and categories',
    widgets({ names: { shortNames: ['w', 'a.b'], categories: ['All Things'] } }),
    `spec.names.shortNames[1]: Invalid value: "a.b": ${LABEL}`,
    `spec.names.categories[0]: Invalid value: "All Things": ${LABEL}`,
  ],
  [
    'every version needs a schema',
    widgets({ versions: [{ name: 'v1', served: true, storage: true }] }),
    'spec.versions[0].schema.openAPIV3Schema: Required value',
  ],
  [
    'versions have distinct names, one is stored',
    widgets({ versions: [version('v1', { storage: true }), version('v1', { storage: true })] }),
    ...['must contain unique version names', 'must have exactly one version marked as storage version'].map(
      (detail) =>
        `spec.versions: Invalid value: [${Array(2).fill('{"Name":"v1","Served":true,"Storage":true,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}').join(',')}]: ${detail}`,
    ),
    'status.storedVersions: Invalid value: ["v1"]: must have the storage version v1',
  ],
  [
    'a version name is a label',
    widgets({ versions: [version('V-1', { storage: true })] }),
    `spec.versions[0].name: Invalid value: "V-1": ${LABEL}`,
    `spec.version: Invalid value: "V-1": ${LABEL}`,
  ],
  [
    'a warning is for deprecated versions',
    withSchema({ type: 'object' }, { deprecationWarning: 'x' }),
    'spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions',
  ],
  [
    'scale paths',
    withSchema(REPLICAS, {
      subresources: {
        scale: { specReplicasPath: 'spec.replicas', statusReplicasPath: '.spec.replicas', labelSelectorPath: '.metadata.labels' },
      },
    }),
    'spec.subresources.scale.specReplicasPath: Invalid value: "spec.replicas": must be a simple json path starting with .',
    'spec.subresources.scale.statusReplicasPath: Invalid value: ".spec.replicas": should be a json path under .status',
    'spec.subresources.scale.labelSelectorPath: Invalid value: ".metadata.labels": should be a json path under either .spec or .status',
  ],
  [
    'columns',
    withSchema(REPLICAS, {
      additionalPrinterColumns: [
        { name: '', type: 'text', jsonPath: '' },
        { name: 'C', type: '', format: 'colour', jsonPath: 'x' },
      ],
    }),
    'spec.additionalPrinterColumns[0].name: Required value',
    'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
    'spec.additionalPrinterColumns[0].JSONPath: Required value',
    'spec.additionalPrinterColumns[1].type: Required value: must be one of boolean,date,integer,number,string',
    'spec.additionalPrinterColumns[1].format: Invalid value: "colour": must be one of byte,date,date-time,double,float,int32,int64,password',
    'spec.additionalPrinterColumns[1].JSONPath: Invalid value: "x": must be a simple json path starting with .',
  ],
  [
    'what differs between versions is not hoisted',
    widgets({
      versions: [
        version('v1', { storage: true, additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a' }] }),
        version('v2', { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] }),
      ],
    }),
    'spec.versions[1].additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
  ],
  [
    'selectable fields',
    selectable('', 'spec.a', '.spec.b', '.spec.l[0]', '.spec.n', '.metadata.name', '.spec.a', '.spec.m.x', '.spec.a'),
    'spec.selectableFields[0].jsonPath: Required value',
    'spec.selectableFields[1].jsonPath: Invalid value: "spec.a": is an invalid path: expected [ or . but got: spec',
    'spec.selectableFields[2].jsonPath: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field',
    'spec.selectableFields[3].jsonPath: Invalid value: ".spec.l[0]": is an invalid path: array notation is not allowed',
    'spec.selectableFields[4].jsonPath: Invalid value: ".spec.n": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    'spec.selectableFields[5].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
    'spec.selectableFields[8].jsonPath: Duplicate value: ".spec.a"',
  ],
  [
    'at most eight of them',
    selectable(...'abcdefghi'.split('').map((key) => `.spec.m.${key}`)),
    'spec.selectableFields: Too many: 9: must have at most 8 items',
  ],
  [
    'equal schemas with differing selectable fields fail (quirk)',
    widgets({ versions: [version('v1', { storage: true, selectableFields: [{ jsonPath: '.spec' }] }), version('v2')] }),
    'spec.versions[0].selectableFields: Invalid value: "": may only be set when `version.schema.openAPIV3Schema` is not included',
  ],
  [
    'metadata as a whole are no selectable field for two reasons',
    selectable('.metadata'),
    'spec.selectableFields[0].jsonPath: Invalid value: ".metadata": must not point to fields in metadata',
    'spec.selectableFields[0].jsonPath: Invalid value: ".metadata": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
  ],
  [
    'a warning is shown as JSON, and where it cannot be printed in bytes',
    withSchema({ type: 'object' }, { deprecated: true, deprecationWarning: '\u{1F600}<\u00a0\u0007' }),
    'spec.versions[0].deprecationWarning: Invalid value: "\u{1F600}\\u003c\u00a0\\u0007": must only contain printable UTF-8 characters; non-printable character found at index 5',
  ],
  [
    'objects that are not pruned are not converted',
    widgets({ preserveUnknownFields: true, conversion: { strategy: 'Magic' } }),
    'spec.conversion.strategy: Invalid value: "Magic": must be None if spec.preserveUnknownFields is true',
    'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
    'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
  ],
  ...(
    [
      [':', 'parse ":": missing protocol scheme'],
      ['https://[::1', `parse "https://[::1": missing ']' in host`],
      ['https://::1/', 'parse "https://::1/": invalid port "::1" after host'],
      ['https://a b', 'parse "https://a b": invalid character " " in host name'],
      ['https://[x]', 'parse "https://[x]": invalid host: ParseAddr("x"): unable to parse IP'],
      ['a/b:c?d#%', 'parse "a/b:c?d#%": invalid URL escape "%"'],
    ] as const
  ).map(([url, problem]): [string, Definition, string] => [
    `what is no URL is told as Go tells it: ${url}`,
    widgets(webhook({ url })),
    `${CLIENT}.url: Required value: url must be a valid URL: ${problem}; desired format: https://host[/path]`,
  ]),
  ['a conversion needs a strategy', widgets({ conversion: {} }), 'spec.conversion.strategy: Required value'],
  [
    'an unknown strategy',
    widgets({ conversion: { strategy: 'Magic' } }),
    'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
  ],
  [
    'a webhook needs a client',
    widgets({ conversion: { strategy: 'Webhook' } }),
    `${CLIENT}: Required value: required when strategy is set to Webhook`,
    'spec.conversion.conversionReviewVersions: Required value',
  ],
  ['with a url or a service', widgets(webhook({})), `${CLIENT}: Required value: exactly one of url or service is required`],
  [
    'every fault of a url is told',
    widgets(webhook({ url: 'http://me@/convert?a=b#c' })),
    `${CLIENT}.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
    `${CLIENT}.url: Invalid value: "": host must be specified; desired format: https://host[/path]`,
    `${CLIENT}.url: Invalid value: "me": user information is not permitted in the URL`,
    `${CLIENT}.url: Invalid value: "c": fragments are not permitted in the URL`,
    `${CLIENT}.url: Invalid value: "a=b": query parameters are not permitted in the URL`,
  ],
  [
    'a service',
    widgets(webhook({ service: { name: '', namespace: '', port: 70000, path: '/a//b' } })),
    `${CLIENT}.service.name: Required value`,
    `${CLIENT}.service.namespace: Required value`,
    `${CLIENT}.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive`,
    `${CLIENT}.service.path: Invalid value: "/a//b": segment[1] may not be empty`,
  ],
  [
    'review versions',
    widgets(webhook({ url: 'https://example.com' }, ['v2', 'v2', 'V'])),
    'spec.conversion.conversionReviewVersions[1]: Invalid value: "v2": duplicate version',
    `spec.conversion.conversionReviewVersions[2]: Invalid value: "V": ${LABEL}`,
    'spec.conversion.conversionReviewVersions: Invalid value: ["v2","v2","V"]: must include at least one of v1, v1beta1',
  ],
  [
    'None has no webhook',
    widgets({ conversion: { strategy: 'None', webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1'] } } }),
    `${CLIENT}: Forbidden: should not be set when strategy is not set to Webhook`,
    'spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook',
  ],
  [
    'protected groups need approval',
    widgets({ group: 'a.k8s.io' }),
    'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
  ],
  ['which may be withheld', widgets({ group: 'a.k8s.io' }, { annotations: { 'api-approved.kubernetes.io': 'unapproved, testing' } })],
  [
    'defaults are for objects that are pruned',
    widgets({
      preserveUnknownFields: true,
      versions: [
        version('v1', {
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'string', default: '' } } } },
        }),
      ],
    }),
    'spec.preserveUnknownFields: Invalid value: true: must be false in order to use defaults in the schema',
    'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
  ],
  [
    'preserveUnknownFields is gone',
    widgets({
      preserveUnknownFields: true,
      versions: [
        version('v1', {
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { default: { type: 'string' } } } },
        }),
      ],
    }),
    'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
  ],
];

/** What base64 of this text lacks as a bundle of certificates. */
const BUNDLES: [text: string, problem: string][] = [
  ['hello\n', 'unable to parse bytes as PEM block'],
  ['-----BEGIN CERTIFICATE-----\nAA', 'unable to parse bytes as PEM block'],
  ['-----BEGIN X-----\nAAAA\n-----END X-----\n', 'no valid certificate authority data seen'],
  ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'failed to parse certificate: x509: malformed certificate'],
];

t.test('bundles of certificates are read (B2.13)', async (t) => {
  for (const [text, problem] of BUNDLES) {
    const caBundle = Buffer.from(text).toString('base64');
    const errors = texts(clientConfigErrors({ url: 'https://x', caBundle }, 'at', true));
    t.strictSame(errors, [`at.caBundle: Invalid value: "${caBundle}": unable to load root certificates: ${problem}`], text);
  }
});

t.test('definitions are checked (B2)', async (t) => {
  for (const [title, crd, ...errors] of CASES) t.strictSame(texts(validateDefinition(crd)), errors, title);
});

/** An update as the server makes it. */
function updated(old: Definition, change: (spec: JsonObject, crd: Definition) => void): Definition {
  const crd = clone(old);
  change(crd.spec as JsonObject, crd);
  prepareDefinitionForUpdate(crd, old);
  return crd;
}

const UNSTRUCTURED = withSchema({
  type: 'object',
  properties: { a: {}, l: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'set' }, t: { type: 'text' } },
});

const UPDATES: [title: string, old: Definition, change: (spec: JsonObject, crd: Definition) => void, ...errors: string[]][] = [
  [
    'group and plural never change',
    widgets(),
    (spec) => Object.assign(spec, { group: 'b.example.com', names: { ...(spec.names as JsonObject), plural: 'gadgets' } }),
    'spec.group: Invalid value: "b.example.com": field is immutable',
    'spec.names.plural: Invalid value: "gadgets": field is immutable',
  ],
  ['scope and kind may, before it is established', widgets(), (spec) => Object.assign(spec, { scope: 'Cluster' })],
  [
    'not afterwards',
    established(widgets()),
    (spec) => Object.assign(spec, { scope: 'Cluster' }),
    'spec.scope: Invalid value: "Cluster": field is immutable',
  ],
  [
    'a stored version stays',
    widgets(),
    (spec) => Object.assign(spec, { versions: [version('v2', { storage: true })] }),
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
  ],
  ['what was broken may stay broken (B2.15)', UNSTRUCTURED, (spec) => Object.assign(spec, { scope: 'Cluster' })],
  ['the state of approval too', widgets({ group: 'a.k8s.io' }), () => {}],
];

t.test('updates are checked (B2.6, B2.14, B2.15)', async (t) => {
  t.not(validateDefinition(UNSTRUCTURED).length, 0);
  for (const [title, old, change, ...errors] of UPDATES)
    t.strictSame(texts(validateDefinitionUpdate(updated(old, change), old)), errors, title);
});

t.test('a write to status is hardly checked (B1.3)', async (t) => {
  const crd = widgets();
  crd.status = { storedVersions: ['v0'], acceptedNames: { plural: '', kind: '' }, conditions: null };
  t.strictSame(validateDefinitionStatus(crd), []);
});
