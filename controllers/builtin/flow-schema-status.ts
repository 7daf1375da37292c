/** A FlowSchema says whether the priority level it names exists (G4.2). */
import { findCondition, withCondition } from '../conditions.js';
import type { Condition, KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

interface FlowSchema extends KubeObject {
  spec?: { priorityLevelConfiguration?: { name?: string } };
  status?: { conditions?: Condition[] };
}

const schemaKind = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema' };
const levelKind = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration' };
const name = 'flow-schema-status';
const fieldManager = 'api-priority-and-fairness-config-consumer-v1';

export function flowSchemaStatusPlugin(): Plugin {
  return definePlugin({
    name,
    controllers: [
      {
        name,
        for: schemaKind,
        watches: [
          {
            ...levelKind,
            predicate: ({ type }) => type !== 'updated',
            map: (level, context) => schemasOf(level.metadata.name, context),
          },
        ],
        reconcile,
      },
    ],
  });
}

function levelOf({ spec }: FlowSchema): string {
  return spec?.priorityLevelConfiguration?.name ?? '';
}

function schemasOf(level: string, context: Context): Request[] {
  const schemas = context.cache<FlowSchema>(schemaKind).list();
  return schemas.filter((schema) => levelOf(schema) === level).map(({ metadata }) => ({ name: metadata.name }));
}

async function reconcile(request: Request, context: Context): Promise<void> {
  const schema = context.cache<FlowSchema>(schemaKind).get(request);
  if (!schema) return;
  const level = levelOf(schema);
  const before = schema.status?.conditions;
  const conditions = withCondition(before, danglingCondition(level, context.cache(levelKind).has({ name: level })), context.clock.now());
  if (conditions === before) return;
  const status = { conditions: [findCondition(conditions, 'Dangling') as Condition] };
  await context.client.apply<FlowSchema>(
    { ...schemaKind, metadata: { name: request.name }, status },
    { fieldManager, force: true, subresource: 'status' },
  );
}

function danglingCondition(level: string, exists: boolean): Omit<Condition, 'lastTransitionTime'> {
  const text = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  return exists
    ? { type: 'Dangling', status: 'False', reason: 'Found', message: `${text} and it exists` }
    : { type: 'Dangling', status: 'True', reason: 'NotFound', message: `${text} but there is no such object` };
}
