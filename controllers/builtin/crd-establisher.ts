/** The status of a CustomResourceDefinition: which names it gets, whether it is served (B3). */
import { settleStatus } from '../../schemas/crd/conditions.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

interface Definition extends KubeObject {
  spec: { group: string };
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
  const found = await client.find<KubeObject>(kind, request);
  if (!found || isTerminating(found)) return;
  const others = (await client.list<KubeObject>(kind)).items;
  const now = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  const definition = found as unknown as JsonObject;
  const settled = settleStatus(definition, others as unknown as JsonObject[], now, true);
  if (settled !== definition) await client.updateStatus(settled as unknown as KubeObject, { fieldManager });
}
