/** Rules of single requests that no other test has: one row each, played in order against one server. */
import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { createServer } from '../../server/index.js';

const server = await createServer({ memory: true, port: -1, profile: 'kubernetes', logLevel: 'silent' });
t.teardown(() => server.stop());

interface Row {
  title: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  type?: string;
  accept?: string;
  query?: Record<string, string>;
  body?: JsonObject | string;
  status: number;
  /** Contained in the answer. */
  answer?: JsonObject;
}

const NS = '/api/v1/namespaces/default';
const APPLY = { type: 'application/apply-patch+yaml', query: { fieldManager: 'm' } };
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const EVENT = '/apis/events.k8s.io/v1/namespaces/default/events';

const TIMELY = 'Invalid value: "timestamp(\\"2020-01-01T00:00:00Z\\")": must evaluate to string but got google.protobuf.Timestamp';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

const rows: readonly Row[] = [
  {
    title: 'topology is not kept',
    method: 'POST',
    path: SLICES,
    body: { metadata: { name: 'slice' }, addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'], deprecatedTopology: { a: 'b' } }] },
    status: 201,
    answer: { metadata: { generation: 1 } },
  },
  {
    title: 'and counts as a change when it is sent again',
    method: 'PUT',
    path: `${SLICES}/slice`,
    body: { metadata: { name: 'slice' }, addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'], deprecatedTopology: { a: 'b' } }] },
    status: 200,
    answer: { metadata: { generation: 2 } },
  },
  {
    title: 'the same without it is none',
    method: 'PUT',
    path: `${SLICES}/slice`,
    body: { metadata: { name: 'slice' }, addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'] }] },
    status: 200,
    answer: { metadata: { generation: 2 } },
  },
  {
    title: 'types that are no text have their full names',
    method: 'POST',
    path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    body: {
      metadata: { name: 'timely' },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
        validations: [{ expression: 'true', messageExpression: 'timestamp("2020-01-01T00:00:00Z")' }],
      },
    },
    status: 422,
    answer: { details: { causes: [{ message: TIMELY }] } },
  },
  {
    title: 'a resourceVersion matters to the store alone (R3.26)',
    method: 'POST',
    path: `${NS}/configmaps`,
    body: { metadata: { name: 'versioned', resourceVersion: '7' } },
    status: 500,
    answer: { message: 'resourceVersion should not be set on objects to be created' },
  },
  {
    title: 'so a dry run takes it',
    method: 'POST',
    path: `${NS}/configmaps`,
    query: { dryRun: 'All' },
    body: { metadata: { name: 'versioned', resourceVersion: '7' } },
    status: 201,
    answer: { metadata: { name: 'versioned', resourceVersion: '7' } },
  },
  {
    title: 'an applied text that is no YAML is refused in the words of two decoders',
    ...APPLY,
    method: 'PATCH',
    path: `${NS}/configmaps/a`,
    body: '{"a": [1',
    status: 400,
    answer: { message: "error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'" },
  },
  {
    title: 'an applied text that is no object says what it is',
    ...APPLY,
    method: 'PATCH',
    path: `${NS}/configmaps/a`,
    body: 'word',
    status: 400,
    answer: {
      message:
        'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}',
    },
  },
  {
    title: 'what cannot be decoded after a merge is named as it was sent (A7.13)',
    ...APPLY,
    method: 'PATCH',
    path: `${NS}/secrets/s`,
    body: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"***"}}',
    status: 500,
    answer: {
      message:
        'failed to convert new object (/s; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 0',
    },
  },
  {
    title: 'findings about an event of events.k8s.io are about the core kind',
    method: 'POST',
    path: EVENT,
    body: {
      metadata: { name: 'x', namespace: 'default' },
      regarding: { namespace: 'default' },
      reportingController: 'a.b/c',
      reportingInstance: 'i',
      action: 'a',
      reason: 'r',
      type: 'Normal',
    },
    status: 422,
    answer: { message: 'Event "x" is invalid: eventTime: Required value', details: { kind: 'Event' } },
  },
  {
    title: 'an event is stored by its older name',
    method: 'POST',
    path: `${NS}/events`,
    body: {
      metadata: { name: 'e' },
      involvedObject: { namespace: 'default', kind: 'Pod', name: 'p', fieldPath: 'spec.a' },
      message: ' hi\n',
    },
    status: 201,
  },
  {
    title: 'both names of an event print the same cells',
    method: 'GET',
    path: `${EVENT}/e`,
    accept: TABLE,
    status: 200,
    answer: { rows: [{ cells: [String, '', '', 'pod/p', 'spec.a', '', 'hi', String, 1, 'e'] as unknown as string[] }] },
  },
];

for (const { title, method, path, type, accept, query = {}, body, status, answer } of rows) {
  t.test(title, async (t) => {
    const headers = { ...(type && { 'content-type': type }), ...(accept && { accept }) };
    const got = await server.transport.request({ method, path, headers, query, ...(body !== undefined && { body }) } as Parameters<
      typeof server.transport.request
    >[0]);
    t.equal(got.status, status);
    if (answer) t.match(got.body, answer);
  });
}
