/** The status of a CustomResourceDefinition: which names it gets, whether it is served (B3). */
import { approvalAnnotation } from '../../schemas/crd/api-approval.js';
import { settleStatus } from '../../schemas/crd/conditions.js';
import { acceptedNamesOf, conditionOf, type ConditionType } from '../../schemas/crd/definition.js';
import type { JsonObject } from '../../schemas/json-value.js';
import type { InformerEvent } from '../informer.js';
import { isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request, Source } from '../reconciler.js';

interface Definition extends KubeObject {
  spec: { group: string; versions?: unknown };
}

const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const name = 'crd-establisher';
/** What the server's own writes are recorded under (B1.2). */
const fieldManager = 'kube-apiserver';

/** All but the versions, which are nearly all of a definition and have no say in its status. */
const definitions: Source = {
  ...kind,
  keep(object) {
    const { managedFields: _, ...metadata } = object.metadata;
    const { versions: __, ...spec } = (object as Definition).spec;
    return { ...object, metadata, spec } as KubeObject;
  },
};

/** What was last judged with a write: a client may take such a condition away again (B3.4, B3.5). */
interface Judged {
  annotation?: string;
  generation?: number;
}

export function crdEstablisherPlugin(): Plugin {
  /** Statuses written here that the cache may not show yet, by name. */
  const written = new Map<string, KubeObject>();
  const judged = new Map<string, Judged>();

  async function reconcile(request: Request, context: Context): Promise<void> {
    const { client, clock } = context;
    const cache = context.cache<KubeObject>(definitions);
    const cached = cache.get(request);
    if (!cached || isTerminating(cached)) {
      written.delete(request.name);
      judged.delete(request.name);
      return;
    }
    const { group } = (cached as Definition).spec;
    const alike = cache.list().filter((other) => (other as Definition).spec.group === group);
    const others = alike.map((other) => newer(other, written.get(other.metadata.name))) as unknown as JsonObject[];
    const now = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    const before = judged.get(request.name) ?? {};
    const settled = (definition: KubeObject): JsonObject => {
      const crd = definition as unknown as JsonObject;
      const { generation = 0 } = definition.metadata;
      const unseen = { approval: approvalAnnotation(crd) !== before.annotation, structure: generation > (before.generation ?? 0) };
      return settleStatus(crd, others, now, true, unseen);
    };
    if (settled(cached) === (cached as unknown as JsonObject)) return;
    const found = await client.find<KubeObject>(kind, request);
    if (!found || isTerminating(found)) return;
    const next = settled(found) as unknown as KubeObject;
    if (next === found) return;
    written.set(request.name, definitions.keep!(await client.updateStatus(next, { fieldManager })));
    judged.set(request.name, judgedBy(found, next, before));
  }

  const toGroup = { ...definitions, predicate: freesNames, map: sameGroup };
  return definePlugin({ name, controllers: [{ name, for: definitions, watches: [toGroup], reconcile }] });
}

function judgedBy(old: KubeObject, next: KubeObject, before: Judged): Judged {
  const [crd, settled] = [old, next] as unknown as [JsonObject, JsonObject];
  const isWritten = (type: ConditionType): boolean => conditionOf(crd, type) !== conditionOf(settled, type);
  return {
    ...before,
    ...(isWritten('KubernetesAPIApprovalPolicyConformant') && { annotation: approvalAnnotation(crd) }),
    ...(isWritten('NonStructuralSchema') && { generation: old.metadata.generation ?? 0 }),
  };
}

function newer(cached: KubeObject, own: KubeObject | undefined): KubeObject {
  if (!own || own.metadata.uid !== cached.metadata.uid) return cached;
  return BigInt(own.metadata.resourceVersion ?? 0) > BigInt(cached.metadata.resourceVersion ?? 0) ? own : cached;
}

/** Whether a change gives names up, which another definition of the group may be waiting for. */
function freesNames(event: InformerEvent<KubeObject>): boolean {
  if (event.type !== 'updated') return event.type === 'deleted';
  const namesOf = (object: KubeObject): string[] => {
    const { plural, singular, shortNames, kind: ownKind, listKind } = acceptedNamesOf(object as unknown as JsonObject);
    return [plural, singular, ...shortNames, ownKind, listKind];
  };
  const kept = new Set(namesOf(event.object));
  return namesOf(event.old).some((each) => !kept.has(each));
}

function sameGroup(changed: KubeObject, context: Context): Request[] {
  const { group } = (changed as Definition).spec;
  return context
    .cache<Definition>(definitions)
    .list()
    .filter(({ spec, metadata }) => spec.group === group && metadata.name !== changed.metadata.name)
    .map(({ metadata }) => ({ name: metadata.name }));
}
