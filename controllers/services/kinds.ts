/** The kinds of `services.kurma.dev/v1alpha1`, and how a provider defines the kind of its orders. */
import type { JsonObject } from '../../schemas/json-value.js';
import { type Column, defineKind, type KindManifest } from '../kind.js';
import type { Condition, KubeObject } from '../object.js';

export const servicesGroup = 'services.kurma.dev';
const version = 'v1alpha1';
const apiVersion = `${servicesGroup}/${version}`;
export const offeringKind = { apiVersion, kind: 'ServiceOffering' };
export const bindingKind = { apiVersion, kind: 'ServiceBinding' };
export const usageKind = { apiVersion, kind: 'ServiceUsage' };
/** Held by orders and bindings until what they stand for has gone. */
export const servicesFinalizer = `${servicesGroup}/capability`;

/** What a person may say to a provider beside the spec. */
export const annotations = {
  /** `true`: nothing is done, deletion included, until it is taken away. On orders and bindings. */
  paused: `${servicesGroup}/paused`,
  /** Every new value asks for an update now, even of what does not differ. On orders. */
  reconcile: `${servicesGroup}/reconcile`,
  /** The capability to take over instead of making one. On orders, before anything was made. */
  externalId: `${servicesGroup}/external-id`,
  /** Other namespaces, with commas between, whose bindings are served. On orders. */
  bindableFrom: `${servicesGroup}/bindable-from`,
  /** Every new value asks for new credentials. On bindings. */
  rotate: `${servicesGroup}/rotate`,
  /** Which credential a Secret holds, and of what. Written by providers. */
  credential: `${servicesGroup}/credential`,
  facts: `${servicesGroup}/facts`,
} as const;
/** Says whose a Secret is, so that a provider watches no others. */
export const providerLabel = `${servicesGroup}/provider`;

export interface Plan {
  name: string;
  description?: string;
  /** Members of the order's spec where the order does not give them. */
  values?: JsonObject;
  free?: boolean;
}

export interface ServiceOffering extends KubeObject {
  spec: {
    displayName: string;
    description: string;
    /** The `type` of its bindings, `postgresql` for instance. */
    type: string;
    order: { apiVersion: string; kind: string };
    bindable: boolean;
    plans: Plan[];
    /** Schema of the order's spec. */
    parameters: JsonObject;
    documentation?: string;
    contact?: string;
  };
}

/** An order or another service; the namespace is the binding's where absent. */
export interface ServiceReference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
}

export type CredentialState = 'Pending' | 'Active' | 'Retiring';
export interface CredentialStatus {
  id: string;
  /** Pending: recorded, perhaps valid, in no Secret yet. Retiring: valid until `expiresAt`. */
  state: CredentialState;
  createdAt: string;
  expiresAt?: string;
}

export interface ServiceBinding extends KubeObject {
  spec: {
    service: ServiceReference;
    /** The binding's name where absent. */
    secretName?: string;
    rotation?: { interval?: string; overlap?: string };
    parameters?: JsonObject;
  };
  status?: {
    phase?: string;
    /** As the Service Binding specification names the Secret. */
    binding?: { name: string };
    credentials?: CredentialStatus[];
    /** How many credentials there were. */
    serial?: number;
    lastRotation?: string;
    observedGeneration?: number;
    conditions?: Condition[];
  };
}

/** What was used, from when to when; one object for every stretch of time with one plan. It outlives the order. */
export interface ServiceUsage extends KubeObject {
  spec: {
    order: ServiceReference & { uid: string };
    externalId: string;
    provider: string;
    plan: string;
    from: string;
    to?: string;
  };
}

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const duration = { type: 'string', pattern: '^([0-9]+(h|m|s))+$', maxLength: 32 };
const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const generation = { type: 'integer', format: 'int64' };
const ageColumn: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const messageColumn: Column = {
  name: 'Message',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  priority: 1,
};
const readyColumn: Column = { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' };
const phaseColumn: Column = { name: 'Phase', type: 'string', jsonPath: '.status.phase' };

export const conditionsSchema: JsonObject = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    properties: {
      type: text,
      status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
      reason: text,
      message: text,
      lastTransitionTime: time,
      observedGeneration: generation,
    },
  },
};

const referenceProperties = {
  apiVersion: { type: 'string', minLength: 1 },
  kind: { type: 'string', minLength: 1 },
  name: { type: 'string', minLength: 1 },
  namespace: text,
};

const offering = defineKind({
  group: servicesGroup,
  version,
  kind: 'ServiceOffering',
  shortNames: ['offering', 'offerings'],
  categories: ['services'],
  scope: 'Cluster',
  description: 'A capability that can be ordered: what it is, in which plans, and the kind of its orders.',
  spec: {
    type: 'object',
    required: ['displayName', 'order'],
    properties: {
      displayName: text,
      description: text,
      type: text,
      order: { type: 'object', required: ['apiVersion', 'kind'], properties: { apiVersion: text, kind: text } },
      bindable: { type: 'boolean' },
      plans: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: text, description: text, values: free, free: { type: 'boolean' } },
        },
      },
      parameters: free,
      documentation: text,
      contact: text,
    },
  },
  columns: [
    { name: 'Display Name', type: 'string', jsonPath: '.spec.displayName' },
    { name: 'Order', type: 'string', jsonPath: '.spec.order.kind' },
    { name: 'Plans', type: 'string', jsonPath: '.spec.plans[*].name' },
    { name: 'Bindable', type: 'boolean', jsonPath: '.spec.bindable' },
    ageColumn,
    { name: 'Contact', type: 'string', jsonPath: '.spec.contact', priority: 1 },
  ],
});

const binding = defineKind({
  group: servicesGroup,
  version,
  kind: 'ServiceBinding',
  shortNames: ['sb'],
  categories: ['services'],
  description: 'Access to what was ordered, as a Secret with the well-known keys of the Service Binding specification.',
  spec: {
    type: 'object',
    required: ['service'],
    properties: {
      service: { type: 'object', required: ['apiVersion', 'kind', 'name'], properties: referenceProperties },
      secretName: { type: 'string', minLength: 1, maxLength: 253 },
      rotation: {
        type: 'object',
        properties: {
          interval: { ...duration, description: 'New credentials this often; never by themselves where absent.' },
          overlap: { ...duration, description: 'How long the old ones stay valid after a rotation.', default: '5m' },
        },
      },
      parameters: free,
    },
    'x-kubernetes-validations': [{ rule: 'self.service == oldSelf.service', message: 'service is immutable', fieldPath: '.service' }],
  },
  status: {
    type: 'object',
    properties: {
      phase: text,
      binding: { type: 'object', properties: { name: text } },
      credentials: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['id'],
        items: {
          type: 'object',
          required: ['id', 'state'],
          properties: { id: text, state: { type: 'string', enum: ['Pending', 'Active', 'Retiring'] }, createdAt: time, expiresAt: time },
        },
      },
      serial: generation,
      lastRotation: text,
      observedGeneration: generation,
      conditions: conditionsSchema,
    },
  },
  columns: [
    { name: 'Service', type: 'string', jsonPath: '.spec.service.kind' },
    { name: 'Name', type: 'string', jsonPath: '.spec.service.name' },
    { name: 'Secret', type: 'string', jsonPath: '.status.binding.name' },
    phaseColumn,
    readyColumn,
    ageColumn,
    messageColumn,
  ],
  selectableFields: ['.spec.service.name', '.spec.service.kind'],
});

const usage = defineKind({
  group: servicesGroup,
  version,
  kind: 'ServiceUsage',
  plural: 'serviceusages',
  categories: ['services'],
  description: 'What an order used, from when to when. Written by providers; it outlives the order.',
  spec: {
    type: 'object',
    required: ['order', 'externalId', 'from'],
    properties: {
      order: { type: 'object', properties: { ...referenceProperties, uid: text } },
      externalId: text,
      provider: text,
      plan: text,
      from: time,
      to: time,
    },
  },
  columns: [
    { name: 'Order', type: 'string', jsonPath: '.spec.order.kind' },
    { name: 'Name', type: 'string', jsonPath: '.spec.order.name' },
    { name: 'Plan', type: 'string', jsonPath: '.spec.plan' },
    { name: 'From', type: 'string', jsonPath: '.spec.from' },
    { name: 'To', type: 'string', jsonPath: '.spec.to' },
  ],
  selectableFields: ['.spec.externalId'],
});

/** ServiceOffering, ServiceBinding and ServiceUsage; every provider brings them. */
export const serviceKinds: readonly KindManifest[] = [offering, binding, usage];

export interface OrderKindDefinition {
  group: string;
  version: string;
  kind: string;
  plural?: string;
  shortNames?: string[];
  description?: string;
  /** Schemas of the spec's members by name; `plan` and `deletionPolicy` come with every order. */
  spec: JsonObject;
  required?: string[];
  /** Schemas of what the provider tells in the status: an address, a version. */
  facts?: JsonObject;
  /** Between the phase and the age. */
  columns?: Column[];
}

/** Members of every order's status; facts have other names. */
const orderStatus: JsonObject = {
  phase: text,
  externalId: { type: 'string', description: 'Recorded before the capability is made, so that it is found again and never made twice.' },
  observedGeneration: generation,
  plan: text,
  lastReconcile: { type: 'string', description: 'The last value of the annotation services.kurma.dev/reconcile that was answered.' },
  usage: { type: 'object', properties: { serial: generation, plan: text, since: time } },
  conditions: conditionsSchema,
};
const reserved = { spec: ['plan', 'deletionPolicy'], facts: Object.keys(orderStatus) };

/** The kind of a provider's orders. @throws TypeError for a member whose name every order uses already */
export function defineOrderKind(definition: OrderKindDefinition, plans: readonly Plan[] = []): KindManifest {
  const { group, version, kind, plural, shortNames, description, spec, required, facts = {}, columns = [] } = definition;
  for (const [members, names] of [
    [spec, reserved.spec],
    [facts, reserved.facts],
  ] as const) {
    const taken = names.find((name) => Object.hasOwn(members, name));
    if (taken !== undefined) throw new TypeError(`kind ${JSON.stringify(kind)}: every order has ${JSON.stringify(taken)} already`);
  }
  const plan = plans.length > 0 && { plan: { type: 'string', enum: plans.map(({ name }) => name), default: plans[0]!.name } };
  return defineKind({
    group,
    version,
    kind,
    ...(plural && { plural }),
    ...(shortNames && { shortNames }),
    ...(description && { description }),
    categories: ['services'],
    spec: {
      type: 'object',
      ...(required && { required }),
      properties: {
        ...plan,
        deletionPolicy: {
          type: 'string',
          enum: ['Delete', 'Retain'],
          default: 'Delete',
          description: 'Retain: the capability stays when the order is deleted.',
        },
        ...spec,
      },
    },
    status: { type: 'object', properties: { ...orderStatus, ...facts } },
    columns: [
      ...(plan ? [{ name: 'Plan', type: 'string', jsonPath: '.spec.plan' } as const] : []),
      phaseColumn,
      readyColumn,
      ...columns,
      ageColumn,
      messageColumn,
      { name: 'External ID', type: 'string', jsonPath: '.status.externalId', priority: 1 },
    ],
  });
}
