/**
 * What admission adds to a create, in µs of processor time: `node dist/tests/bench/admission.js`. Each case runs the whole chain on the same ConfigMap with
 * something configured, beside the chain with nothing configured.
 */
import type { JsonObject } from '../../schemas/json-value.js';
import { AdmissionChain, attributesOf } from '../../server/admission.js';
import { admissionPlugins } from '../../server/admission/index.js';
import { AdmissionMetrics } from '../../server/admission/metrics.js';
import { pluginHooks } from '../../server/admission/plugin-hooks.js';
import type { Api, Request } from '../../server/api.js';
import { builtinResources } from '../../server/builtin-resources.js';
import { createAuth } from '../../server/auth/index.js';
import { LOOPBACK } from '../../server/auth/user-info.js';
import { defaultOptions } from '../../server/options.js';
import { Registry } from '../../server/registry.js';
import { run } from '../../server/steps.js';
import { memoryBackend } from '../../storage/memory.js';
import { objectKey } from '../../storage/keys.js';
import { Store } from '../../storage/store.js';

const store = await Store.open(memoryBackend());
const registry = new Registry();
for (const resource of builtinResources(store, 'kubernetes')) registry.addBuiltin(resource);
const auth = await createAuth(store, { ...defaultOptions, memory: true }, () => {});
const metrics = new AdmissionMetrics();
const parts = { rbac: auth.rbac, hooks: pluginHooks(), store, metrics };
const admission = new AdmissionChain(admissionPlugins(parts, { enable: [], disable: [] }), metrics);
const { authorizer } = auth;
const api: Api = { store, registry, admission, authorizer, auth, chance: defaultOptions.chance, isStale: () => false };
const request = { api, info: { cluster: 'root', namespace: 'default', name: '' }, user: LOOPBACK, warn: () => {} } as unknown as Request;
const maps = registry.find('root', { group: '', version: 'v1', resource: 'configmaps' })!;
const object = (): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default', labels: { app: 'a' } },
  data: { a: '1', b: '2' },
});

async function put(group: string, resource: string, name: string, content: JsonObject): Promise<void> {
  const bytes = Buffer.from(JSON.stringify({ metadata: { name }, ...content }));
  await store.create(objectKey({ group, resource }, 'root', '', name), () => ({ bytes, labels: {}, fields: {} }));
}

const GROUP = 'admissionregistration.k8s.io';
const matchConstraints: JsonObject = {
  matchPolicy: 'Equivalent',
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'], scope: '*' }],
};
const validations: JsonObject[] = [
  { expression: "object.metadata.name != 'forbidden'" },
  { expression: "has(object.data) && 'a' in object.data" },
  { expression: "request.operation == 'CREATE' && object.metadata.labels.app == object.metadata.name" },
];

/** The same without any plugin. */
let bare: number | undefined;

async function measure(what: string, chain = admission): Promise<void> {
  const once = async (): Promise<void> => {
    const own = { operation: 'CREATE', subresource: '', object: object(), oldObject: undefined, dryRun: false, options: {} } as const;
    const attributes = attributesOf(request, maps, own);
    await run(chain.admit(attributes));
    await run(chain.validate(attributes));
  };
  const rounds = 50_000;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const start = process.cpuUsage();
    for (let n = 0; n < rounds; n++) await once();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / rounds);
  }
  bare ??= best;
  console.log(`${what.padEnd(44)} ${best.toFixed(2).padStart(8)} µs, adds ${(best - bare).toFixed(2).padStart(6)} µs`);
}

await put('', 'namespaces', 'default', { status: { phase: 'Active' } });
await measure('no plugin at all', new AdmissionChain([], metrics));
await measure('nothing configured');
await put(GROUP, 'validatingadmissionpolicies', 'p', { spec: { failurePolicy: 'Fail', matchConstraints, validations } });
await measure('a policy without a binding');
await put(GROUP, 'validatingadmissionpolicybindings', 'p', { spec: { policyName: 'p', validationActions: ['Deny'] } });
await measure('a policy with three validations');
await store.close();
