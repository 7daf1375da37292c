/** What `/healthz`, `/livez` and `/readyz` check, under the names that monitors of kube-apiserver look for (R1.21). */
import type { HealthCheck } from './health.js';

const ALL = ['healthz', 'livez', 'readyz'] as const;

/** Steps of starting, in the order they are reported. All are done when the server is ready. */
const STEPS = [
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/storage-readiness',
  'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller',
  'poststarthook/start-plugins',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
];

/** The checks of a server in this state; `etcd` is the store, whatever it is. */
export function healthChecks(state: { isReady: boolean; isStopping: boolean }): HealthCheck[] {
  const ok = (): boolean => true;
  const isReady = (): boolean => state.isReady;
  return [
    { name: 'ping', on: ALL, isOk: ok },
    { name: 'log', on: ALL, isOk: ok },
    { name: 'etcd', on: ALL, isOk: ok },
    { name: 'etcd-readiness', on: ['readyz'], isOk: ok },
    { name: 'informer-sync', on: ['readyz'], isOk: isReady },
    ...STEPS.map((name) => ({ name, on: ALL, isOk: isReady })),
    { name: 'shutdown', on: ['readyz'], isOk: () => !state.isStopping },
  ];
}
