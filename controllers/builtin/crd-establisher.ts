/** The status of a CustomResourceDefinition: which names it gets, whether it is served (B3). */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { approvalCondition, type Condition as Verdict, ESTABLISHED, namesAccepted } from '../../schemas/crd/conditions.js';
import { type Condition, isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

interface Definition extends KubeObject {
  spec: { group: string };
  status?: { conditions?: Condition[] | null; acceptedNames?: JsonObject; storedVersions?: string[] };
}

const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const name = 'crd-establisher';
/** What the server's own writes are recorded under (B1.2). */
const fieldManager = 'kube-apiserver';

export function crdEstablisherPlugin(): Plugin {
  return definePlugin({
    name,
    controllers: [
      {
        name,
        for: kind,
        // names that one definition gives free may be what another one waits for
        watches: [{ ...kind, map: (changed, context) => sameGroup(changed as Definition, context) }],
        reconcile,
      },
    ],
  });
}

function sameGroup(changed: Definition, context: Context): Request[] {
  return context
    .cache<Definition>(kind)
    .list()
    .filter(({ spec }) => spec.group === changed.spec.group)
    .map(({ metadata }) => ({ name: metadata.name }));
}

async function reconcile(request: Request, { client, clock }: Context): Promise<void> {
  const definition = await client.find<Definition>(kind, request);
  if (!definition) return;
  const others = (await client.list<Definition>(kind)).items;
  const verdict = namesAccepted(definition as unknown as JsonObject, others as unknown as JsonObject[]);
  const established = verdict.namesAccepted.status === 'True' && verdict.established.reason === 'Installing' ? ESTABLISHED : verdict.established;
  const approval = approvalCondition(definition as unknown as JsonObject);
  let conditions = definition.status?.conditions ?? [];
  const now = clock.now();
  for (const wanted of [verdict.namesAccepted, established, ...(approval ? [approval] : [])]) conditions = withVerdict(conditions, wanted, now);
  const acceptedNames = isTerminating(definition) ? (definition.status?.acceptedNames ?? verdict.acceptedNames) : verdict.acceptedNames;
  const isSame =
    equal(conditions as unknown as JsonObject[], (definition.status?.conditions ?? []) as unknown as JsonObject[]) &&
    equal(acceptedNames, definition.status?.acceptedNames ?? {});
  if (isSame) return;
  await client.updateStatus<Definition>({ ...definition, status: { ...definition.status, conditions, acceptedNames } }, { fieldManager });
}

/** lastTransitionTime moves with the status only (B3.3). */
function withVerdict(conditions: readonly Condition[], wanted: Verdict, nowMs: number): Condition[] {
  const old = conditions.find(({ type }) => type === wanted.type);
  const lastTransitionTime =
    old && old.status === wanted.status && old.lastTransitionTime ? old.lastTransitionTime : `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  const made = { lastTransitionTime, message: wanted.message, reason: wanted.reason, status: wanted.status, type: wanted.type } as Condition;
  return old ? conditions.map((condition) => (condition === old ? made : condition)) : [...conditions, made];
}
