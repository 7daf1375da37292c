/** Managed services: the capability model, `defineProvider`, and the runtimes a provider may use. */
export * from './kinds.js';
export type { BindingValues, Credential, Observation, Order, OrderObject, OrderStatus } from './order.js';
export { defineProvider, providerOf } from './provider.js';
export { type Offering, orderKindOf, type ProviderDefinition, type Samples } from './provider-definition.js';
export {
  type ContainerDefinition,
  type ContainerDriver,
  type ContainerDriverOptions,
  createContainerDriver,
  type RunningContainer,
} from './drivers/container.js';
export { createFakeDriver, type FakeDriver, type FakeDriverOptions, type FakeThing } from './drivers/fake.js';
export type { ResourceLimits } from './drivers/limits.js';
export {
  createProcessDriver,
  freePort,
  type ProcessCommand,
  type ProcessDriver,
  type ProcessDriverOptions,
  type RunningProcess,
} from './drivers/process.js';
export {
  createSystemdDriver,
  type RunningUnit,
  type SystemdDriver,
  type SystemdDriverOptions,
  type UnitDefinition,
} from './drivers/systemd.js';
export { connectRemoteCluster, type RemoteCluster } from './drivers/remote-cluster.js';
export { type CheckResult, type VerifyOptions, verifyProvider } from './conformance.js';
export { createPostgresEngine, identifier, literal, type PostgresConnection, type PostgresEngine } from './drivers/postgres.js';
