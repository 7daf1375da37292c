import type { JsonValue } from '../json-value.js';
import { type Environment, environment, type Program } from './environment.js';
import { fromJson } from './json-adapter.js';
import { AUTHORIZER, RESOURCE_CHECK } from './library/authorization.js';
import { jsonPatches, mutationType } from './library/mutation.js';
import type { Bindings } from './steps.js';
import { BOOL, type CelType, DYN, INT, listOf, mapOf, STRING, struct, TIMESTAMP, type TypeKind } from './types.js';
import { CelError, MapValue, type Value } from './values.js';

/** C3.9: the limit of all match conditions together. */
export const MATCH_CONDITIONS_COST_BUDGET = 2_500_000;
/** C4.5: the limit of all expressions of a policy for one binding and parameter. */
export const POLICY_COST_BUDGET = 10_000_000;

const fields = (name: string, members: Readonly<Record<string, CelType>>): CelType => struct(name, new Map(Object.entries(members)));

const KIND = fields('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = fields('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });
export const USER = fields('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});
/** The variable `request` (C4.3). */
export const REQUEST = fields('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

const METADATA = fields('kubernetes.NamespaceMetadata', {
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  labels: mapOf(STRING, STRING),
  annotations: mapOf(STRING, STRING),
  UID: STRING,
  creationTimestamp: TIMESTAMP,
  deletionGracePeriodSeconds: INT,
  deletionTimestamp: TIMESTAMP,
  generation: INT,
  resourceVersion: STRING,
  finalizers: listOf(STRING),
});
/** The variable `namespaceObject` (C4.3). */
export const NAMESPACE = fields('kubernetes.Namespace', {
  metadata: METADATA,
  spec: fields('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: fields('kubernetes.NamespaceStatus', { phase: STRING }),
});

export interface AdmissionOptions {
  /** Whether `params` may be used (spec.paramKind). */
  params: boolean;
  /** Not in message expressions and audit annotations (C4.3). */
  authorizer: boolean;
  /** Whether `namespaceObject` is there: policies yes, match conditions of webhooks no. */
  namespaceObject: boolean;
  /** Types of `variables.<name>`, in their order; undefined where there are no variables at all. */
  variables?: ReadonlyMap<string, CelType>;
  /** Object and JSONPatch initialisers (C5.1). */
  mutation?: boolean;
  /** The types of object and params, where they are checked (C4.9); else dyn. */
  objectType?: CelType;
  paramsType?: CelType;
}

/** What expressions of policies and match conditions may use (C4.3). */
export function admissionEnvironment(options: AdmissionOptions): Environment {
  const object = options.objectType ?? DYN;
  const variables: Record<string, CelType> = { object, oldObject: object, request: REQUEST };
  if (options.params) variables['params'] = options.paramsType ?? DYN;
  if (options.namespaceObject) variables['namespaceObject'] = NAMESPACE;
  if (options.authorizer) {
    variables['authorizer'] = AUTHORIZER;
    // unknown to the type check of Kubernetes, which warns of it
    if (!options.objectType) variables['authorizer.requestResource'] = RESOURCE_CHECK;
  }
  if (options.variables) {
    const types = [...options.variables].map(([name, type]) => [name, variableType(type)] as const);
    variables['variables'] = struct('kubernetes.variables', new Map(types));
  }
  return environment(options.mutation ? { variables, structType: mutationType, libraries: [jsonPatches] } : { variables });
}

const PLAIN: ReadonlySet<TypeKind> = new Set(['bool', 'bytes', 'double', 'duration', 'int', 'null', 'string', 'timestamp', 'uint']);

/** What is known of a variable's type where it is used: objects and types of libraries are dyn. */
function variableType(type: CelType): CelType {
  if (type.kind === 'list') return listOf(variableType(type.params[0]!));
  if (type.kind === 'map') return mapOf(variableType(type.params[0]!), variableType(type.params[1]!));
  return PLAIN.has(type.kind) ? type : DYN;
}

/** `object`, `params`, `request` … as values: their declared types only serve the check, at run time all of them are plain JSON. */
export function jsonVariable(json: JsonValue | undefined): Value {
  return json === undefined ? null : fromJson(json);
}

/** `variables`: each is evaluated when it is first read, and its cost told to `spend` (C4.3). */
export function variablesValue(programs: ReadonlyMap<string, Program>, bindings: Bindings, spend: (cost: number) => void): Value {
  return new LazyVariables(programs, bindings, spend);
}

class LazyVariables extends MapValue {
  private readonly known = new Map<string, Value>();
  constructor(
    private readonly programs: ReadonlyMap<string, Program>,
    private readonly bindings: Bindings,
    private readonly spend: (cost: number) => void,
  ) {
    super();
  }
  get size(): number {
    return this.programs.size;
  }
  keys(): Value[] {
    return [...this.programs.keys()];
  }
  get(name: Value): Value | undefined {
    const program = typeof name === 'string' ? this.programs.get(name) : undefined;
    if (!program) return undefined;
    let value = this.known.get(name as string);
    if (value === undefined) {
      value = this.evaluate(name as string, program);
      this.known.set(name as string, value);
    }
    return value;
  }
  private evaluate(name: string, program: Program): Value {
    const { value, cost } = program.evaluate({ ...this.bindings, variables: this });
    this.spend(cost);
    return value instanceof CelError ? new CelError(`composited variable "${name}" fails to evaluate: ${value.message}`) : value;
  }
}
