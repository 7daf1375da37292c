/** The facts about every built-in type of Kubernetes 1.36 (architecture §6), parsed by package on first use. */
import admissionregistrationV1 from './admissionregistration-v1.js';
import admissionregistrationV1alpha1 from './admissionregistration-v1alpha1.js';
import admissionregistrationV1beta1 from './admissionregistration-v1beta1.js';
import apiextensionsV1 from './apiextensions-v1.js';
import apiregistrationV1 from './apiregistration-v1.js';
import apiserverinternalV1alpha1 from './apiserverinternal-v1alpha1.js';
import appsV1 from './apps-v1.js';
import authenticationV1 from './authentication-v1.js';
import authorizationV1 from './authorization-v1.js';
import autoscalingV1 from './autoscaling-v1.js';
import autoscalingV2 from './autoscaling-v2.js';
import batchV1 from './batch-v1.js';
import certificatesV1 from './certificates-v1.js';
import certificatesV1alpha1 from './certificates-v1alpha1.js';
import certificatesV1beta1 from './certificates-v1beta1.js';
import coordinationV1 from './coordination-v1.js';
import coordinationV1alpha2 from './coordination-v1alpha2.js';
import coordinationV1beta1 from './coordination-v1beta1.js';
import coreV1 from './core-v1.js';
import discoveryV1 from './discovery-v1.js';
import eventsV1 from './events-v1.js';
import flowcontrolV1 from './flowcontrol-v1.js';
import metaV1 from './meta-v1.js';
import networkingV1 from './networking-v1.js';
import networkingV1beta1 from './networking-v1beta1.js';
import nodeV1 from './node-v1.js';
import policyV1 from './policy-v1.js';
import rbacV1 from './rbac-v1.js';
import resourceV1 from './resource-v1.js';
import resourceV1alpha3 from './resource-v1alpha3.js';
import resourceV1beta1 from './resource-v1beta1.js';
import resourceV1beta2 from './resource-v1beta2.js';
import schedulingV1 from './scheduling-v1.js';
import schedulingV1alpha2 from './scheduling-v1alpha2.js';
import storageV1 from './storage-v1.js';
import storageV1beta1 from './storage-v1beta1.js';
import storagemigrationV1beta1 from './storagemigration-v1beta1.js';
import version from './version.js';
import { META, parseDefinitions } from './parse.js';
import type { Definition, Field, TypeName } from './types.js';

export type { Definition, Field, Inline, Presence, TypeName, Union } from './types.js';

/** Package, the group-version of its kinds, data. */
const PACKAGES: readonly (readonly [string, string, string])[] = [
  ['io.k8s.api.admissionregistration.v1', 'admissionregistration.k8s.io/v1', admissionregistrationV1],
  ['io.k8s.api.admissionregistration.v1alpha1', 'admissionregistration.k8s.io/v1alpha1', admissionregistrationV1alpha1],
  ['io.k8s.api.admissionregistration.v1beta1', 'admissionregistration.k8s.io/v1beta1', admissionregistrationV1beta1],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1', 'apiextensions.k8s.io/v1', apiextensionsV1],
  ['io.k8s.kube-aggregator.pkg.apis.apiregistration.v1', 'apiregistration.k8s.io/v1', apiregistrationV1],
  ['io.k8s.api.apiserverinternal.v1alpha1', 'internal.apiserver.k8s.io/v1alpha1', apiserverinternalV1alpha1],
  ['io.k8s.api.apps.v1', 'apps/v1', appsV1],
  ['io.k8s.api.authentication.v1', 'authentication.k8s.io/v1', authenticationV1],
  ['io.k8s.api.authorization.v1', 'authorization.k8s.io/v1', authorizationV1],
  ['io.k8s.api.autoscaling.v1', 'autoscaling/v1', autoscalingV1],
  ['io.k8s.api.autoscaling.v2', 'autoscaling/v2', autoscalingV2],
  ['io.k8s.api.batch.v1', 'batch/v1', batchV1],
  ['io.k8s.api.certificates.v1', 'certificates.k8s.io/v1', certificatesV1],
  ['io.k8s.api.certificates.v1alpha1', 'certificates.k8s.io/v1alpha1', certificatesV1alpha1],
  ['io.k8s.api.certificates.v1beta1', 'certificates.k8s.io/v1beta1', certificatesV1beta1],
  ['io.k8s.api.coordination.v1', 'coordination.k8s.io/v1', coordinationV1],
  ['io.k8s.api.coordination.v1alpha2', 'coordination.k8s.io/v1alpha2', coordinationV1alpha2],
  ['io.k8s.api.coordination.v1beta1', 'coordination.k8s.io/v1beta1', coordinationV1beta1],
  ['io.k8s.api.core.v1', 'v1', coreV1],
  ['io.k8s.api.discovery.v1', 'discovery.k8s.io/v1', discoveryV1],
  ['io.k8s.api.events.v1', 'events.k8s.io/v1', eventsV1],
  ['io.k8s.api.flowcontrol.v1', 'flowcontrol.apiserver.k8s.io/v1', flowcontrolV1],
  ['io.k8s.apimachinery.pkg.apis.meta.v1', 'v1', metaV1],
  ['io.k8s.api.networking.v1', 'networking.k8s.io/v1', networkingV1],
  ['io.k8s.api.networking.v1beta1', 'networking.k8s.io/v1beta1', networkingV1beta1],
  ['io.k8s.api.node.v1', 'node.k8s.io/v1', nodeV1],
  ['io.k8s.api.policy.v1', 'policy/v1', policyV1],
  ['io.k8s.api.rbac.v1', 'rbac.authorization.k8s.io/v1', rbacV1],
  ['io.k8s.api.resource.v1', 'resource.k8s.io/v1', resourceV1],
  ['io.k8s.api.resource.v1alpha3', 'resource.k8s.io/v1alpha3', resourceV1alpha3],
  ['io.k8s.api.resource.v1beta1', 'resource.k8s.io/v1beta1', resourceV1beta1],
  ['io.k8s.api.resource.v1beta2', 'resource.k8s.io/v1beta2', resourceV1beta2],
  ['io.k8s.api.scheduling.v1', 'scheduling.k8s.io/v1', schedulingV1],
  ['io.k8s.api.scheduling.v1alpha2', 'scheduling.k8s.io/v1alpha2', schedulingV1alpha2],
  ['io.k8s.api.storage.v1', 'storage.k8s.io/v1', storageV1],
  ['io.k8s.api.storage.v1beta1', 'storage.k8s.io/v1beta1', storageV1beta1],
  ['io.k8s.api.storagemigration.v1beta1', 'storagemigration.k8s.io/v1beta1', storagemigrationV1beta1],
  ['io.k8s.apimachinery.pkg.version', '', version],
];

const sources = new Map(PACKAGES.map(([name, apiVersion, text]) => [name, { apiVersion, text }]));
const parsed = new Map<string, Map<string, Definition>>();
const packagesOf = new Map<string, string[]>();
for (const [name, apiVersion] of PACKAGES) packagesOf.set(apiVersion, [...(packagesOf.get(apiVersion) ?? []), name]);
for (const version of ['v1', 'v1beta1']) packagesOf.set(`meta.k8s.io/${version}`, [META]);

function load(packageName: string): Map<string, Definition> | undefined {
  let definitions = parsed.get(packageName);
  if (definitions) return definitions;
  const source = sources.get(packageName);
  if (!source) return undefined;
  definitions = parseDefinitions(source.text, packageName, source.apiVersion);
  parsed.set(packageName, definitions);
  return definitions;
}

/** The definition of that full name (`io.k8s.api.core.v1.Pod`); undefined for a scalar and anything else. */
export function findDefinition(name: TypeName): Definition | undefined {
  return load(name.slice(0, name.lastIndexOf('.')))?.get(name);
}

/** As `findDefinition`, for names that must exist: throws an Error where they do not. */
export function definition(name: TypeName): Definition {
  const found = findDefinition(name);
  if (!found) throw new Error(`no definition is called ${name}`);
  return found;
}

/** The definition of a built-in kind: its own, or one of the kinds that every group-version has (`DeleteOptions`, `WatchEvent`). */
export function definitionOfKind({ group, version, kind }: { group: string; version: string; kind: string }): Definition | undefined {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  for (const packageName of packagesOf.get(apiVersion) ?? []) {
    const found = load(packageName)!.get(`${packageName}.${kind}`);
    if (found?.gvk) return found;
  }
  const everywhere = load(META)!.get(`${META}.${kind}`);
  return everywhere?.gvk?.[0] === '*' ? everywhere : undefined;
}

/** Every definition, by package. */
export function* definitions(): Generator<Definition> {
  for (const [name] of PACKAGES) yield* load(name)!.values();
}

/** The members of a type's JSON object, with inlined types expanded; `apiVersion` and `kind` of kinds are not among them. */
export function jsonFields(of: Definition): Field[] {
  return of.fields.flatMap((field) => ('inline' in field ? jsonFields(definition(field.inline)) : [field]));
}

/** Takes a list or map type apart: `[]T` and `map[string]T` → their item; undefined for anything else. */
export function itemOf(type: TypeName): { list: boolean; item: TypeName } | undefined {
  if (type.startsWith('[]')) return { list: true, item: type.slice(2) };
  if (type.startsWith('map[string]')) return { list: false, item: type.slice(11) };
  return undefined;
}
