/** What every server has from the start (R4.61), and has again soon if somebody takes it away. */
import type { Api } from './api.js';
import { reconcileBootstrapPolicy } from './auth/rbac/reconcile.js';
import { builtinApiServices } from './bootstrap/api-services.js';
import { ensure, type OwnObject } from './bootstrap/ensure.js';
import { FLOW_CONTROL_OBJECTS, reviseFlowControl } from './bootstrap/flow-control.js';
import { type Advertised, kubernetesService, SERVER_PLACE } from './bootstrap/kubernetes-service.js';
import { PRIORITY_CLASSES } from './bootstrap/priority-classes.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'].map(
  (name): OwnObject => ({
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
);
const KEEP_MS = 10_000;
const KEEP_FLOW_CONTROL_MS = 60_000;

/** Creates what is missing of the default namespaces, roles, priorities and API services of `root`. */
export async function ensureDefaults(api: Api): Promise<void> {
  await Promise.all(NAMESPACES.map((namespace) => ensure(api, 'root', namespace)));
  await Promise.all([
    ...[...PRIORITY_CLASSES, ...builtinApiServices(api)].map((object) => ensure(api, 'root', object)),
    ensureFlowControl(api),
    reconcileBootstrapPolicy(api, 'root'),
  ]);
}

async function ensureFlowControl(api: Api): Promise<void> {
  const manager = 'api-priority-and-fairness-config-producer-v1';
  await Promise.all(FLOW_CONTROL_OBJECTS.map((object) => ensure(api, 'root', object, { manager, revise: reviseFlowControl })));
}

const serviceCidr = (cidrs: readonly string[]): OwnObject => ({
  kind: 'ServiceCIDR',
  apiVersion: 'networking.k8s.io/v1',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: [...cidrs] },
});

/** Keeps the Service `kubernetes` and the default ServiceCIDR, where they are served, and looks after the namespaces; returns what ends it. */
export async function keepDefaults(api: Api, advertised: Advertised, cidrs: readonly string[]): Promise<() => void> {
  const objects = [serviceCidr(cidrs), ...kubernetesService(advertised), ...NAMESPACES];
  const look = async (): Promise<void> => {
    await Promise.all(objects.map((object) => ensure(api, 'root', object, { ours: SERVER_PLACE[object.kind] })));
  };
  await look();
  const timers = [
    setInterval(() => look().catch(() => {}), KEEP_MS),
    setInterval(() => ensureFlowControl(api).catch(() => {}), KEEP_FLOW_CONTROL_MS),
  ];
  for (const timer of timers) timer.unref();
  return () => timers.forEach(clearInterval);
}
