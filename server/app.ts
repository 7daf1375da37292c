/** Puts storage, registry, admission, controllers and HTTP together. */
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { createClient, createManager, loadPlugin, type Client, type Manager, type Plugin, type Transport } from '../controllers/index.js';
import { Store } from '../storage/store.js';
import { ownProxy, proxyCredentials } from './aggregation/front-proxy.js';
import { type Aggregator, createAggregator } from './aggregation/index.js';
import { AdmissionChain } from './admission.js';
import { admissionPlugins } from './admission/index.js';
import { AdmissionMetrics } from './admission/metrics.js';
import { pluginHooks } from './admission/plugin-hooks.js';
import type { Api } from './api.js';
import { controllerFamilies } from './controller-families.js';
import { type Audit, createAudit } from './audit/index.js';
import { createAuth } from './auth/index.js';
import { clientAuthorities } from './auth/client-authorities.js';
import { extensionAuthentication } from './auth/extension-authentication.js';
import { markUses, trackingSince } from './auth/legacy-tracking.js';
import { ensureDefaults, keepDefaults } from './bootstrap.js';
import { ensure } from './bootstrap/ensure.js';
import { followCustomApiServices } from './bootstrap/api-services.js';
import { advertisedAddress } from './bootstrap/kubernetes-service.js';
import { builtinControllers } from './builtin-controllers.js';
import { builtinResources } from './builtin-resources.js';
import { backendOf, makeDirectory } from './backend.js';
import { certificatesIn, freshCertificates } from './certificates.js';
import { serveDefinitions } from './definitions.js';
import { createHealth } from './health.js';
import { healthChecks } from './health-checks.js';
import { inProcessTransport } from './in-process.js';
import { listen, NO_LISTENERS, WILDCARDS } from './listeners.js';
import { createFlowControl } from './flow-control/flow-control.js';
import { createFlowSchemas } from './flow-control/flow-schemas.js';
import { gaugesOf } from './gauges.js';
import { createMetrics } from './metrics.js';
import { createNonResource } from './non-resource.js';
import { openApiOf } from './openapi.js';
import { defaultOptions, type ServerOptions } from './options.js';
import { Registry } from './registry.js';
import { serveAllocation } from './services/index.js';
import { addressOf, addressRanges, portRange } from './services/ranges.js';
import { versionInfo } from './version.js';

/** Who owns what the built-in controllers write. */
const CONTROLLER_MANAGER = 'kube-controller-manager';
/** Advertised by a server that does not listen. */
const DEFAULT_PORT = 6443;

export interface KurmaServer {
  /** `https://127.0.0.1:6443`; undefined without a port. */
  url: string | undefined;
  /** YAML of the admin; undefined without a port. */
  kubeconfig: string | undefined;
  kubeconfigPath: string | undefined;
  /** In process, as the server itself. */
  transport: Transport;
  client: Client;
  /** Drains: readyz fails, watches end, requests finish, plugins and the store close (R11.24). Idempotent. */
  stop(): Promise<void>;
}

/** Starts a server; resolves when it is ready. Rejects with one clear line when it cannot start, leaving nothing running. */
export async function createServer(given: Partial<ServerOptions> = {}): Promise<KurmaServer> {
  const options: ServerOptions = { ...defaultOptions, ...(given.memory && given.port === undefined && { port: -1 }), ...given };
  const log = pino({ level: options.logLevel });
  const undo: (() => Promise<void> | void)[] = [];
  try {
    return await start(options, log, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function start(options: ServerOptions, log: Logger, undo: (() => Promise<void> | void)[]): Promise<KurmaServer> {
  const [addresses, nodePorts] = [addressRanges(options.serviceClusterIpRange), portRange(options.serviceNodePortRange)];
  const isListening = options.port >= 0 || options.insecurePort > 0;
  if (!options.memory || isListening) makeDirectory(options.dataDir);
  const { backend, isStale } = await backendOf(options);
  const store = await Store.open(backend);
  undo.push(() => store.close());
  const registry = new Registry();
  for (const resource of builtinResources(store, options.profile)) registry.addBuiltin(resource);
  const onError = (error: unknown): void => log.error({ err: error }, 'request failed');
  const auth = await createAuth(store, options, (error) => log.error({ err: error }, (error as Error).message));
  undo.push(() => auth.close());
  const hooks = pluginHooks();
  const admissionMetrics = new AdmissionMetrics();
  const switches = { enable: options.enableAdmissionPlugins, disable: options.disableAdmissionPlugins };
  const api: Api = {
    store,
    registry,
    admission: new AdmissionChain(
      admissionPlugins({ rbac: auth.rbac, hooks, store, metrics: admissionMetrics }, switches),
      admissionMetrics,
    ),
    authorizer: auth.authorizer,
    auth,
    chance: options.chance,
    isStale,
  };
  undo.push(() => api.admission.close());
  const state = { isReady: false, isStopping: false };
  const stopping = new AbortController();
  const metrics = createMetrics();
  const flowControl = createFlowControl(options);
  const flowSchemas = createFlowSchemas(store);
  undo.push(() => flowSchemas.close());
  metrics.addSource(() => gaugesOf(flowControl, registry));
  metrics.addSource(() => admissionMetrics.families(performance.now()));
  let listeners = NO_LISTENERS;
  const nonResource = createNonResource({
    health: createHealth(healthChecks(state)),
    openapi: openApiOf(registry, String(versionInfo()['gitVersion'])),
    metrics: () => metrics.text(),
    serverAddress: () => listeners.url?.slice('https://'.length) ?? '127.0.0.1',
  });
  let aggregator: Aggregator | undefined;
  const transport = inProcessTransport({ api, nonResource, stopping: stopping.signal, onError, aggregator: () => aggregator });
  const client = createClient(transport);
  auth.serviceAccounts.markLegacyUse(markUses(transport, onError));

  undo.push(serveDefinitions(api));
  undo.push(await serveAllocation(api, addresses, nodePorts));
  await ensureDefaults(api);
  await ensure(api, 'root', trackingSince(options.chance.now()));
  undo.push(followCustomApiServices(api));
  const now = options.chance.now();
  const hosts = [...options.tlsSan, ...(WILDCARDS.includes(options.bindAddress) ? [] : [options.bindAddress])];
  const certificates =
    options.port < 0 ? undefined : options.memory ? await freshCertificates(hosts, now) : await certificatesIn(options.dataDir, hosts, now);
  const authorities = certificates && clientAuthorities({ own: certificates.authority.certificate, file: options.clientCaFile, onError });
  if (certificates && authorities) {
    undo.push(() => authorities.close());
    const proxies = [ownProxy(certificates.proxyAuthority), ...(options.frontProxy ? [options.frontProxy] : [])];
    const tell = (): Promise<void> => ensure(api, 'root', extensionAuthentication(authorities.pem(), proxies), { ours: ['data'] });
    await tell();
    authorities.onChange(() => void tell().catch(onError));
  }
  const audit = await auditOf(options, onError);
  if (audit) undo.push(() => audit.close());
  aggregator = await aggregation();
  if (isListening) {
    const isStopping = (): boolean => state.isStopping;
    const http = { api, nonResource, isStopping, stopping: stopping.signal, metrics, flowControl, flowSchemas, aggregator };
    listeners = await listen({ options, certificates, authorities, http: { ...http, ...(audit && { audit }) }, onError, undo });
  }
  const advertised = {
    address: advertisedAddress(options.bindAddress),
    port: listeners.port ?? DEFAULT_PORT,
    clusterIp: addressOf(addresses[0]!, addresses[0]!.first),
  };
  const cidrs = addresses.map(({ text }) => text);
  undo.push(await keepDefaults(api, advertised, cidrs));
  const manager = await startPlugins();
  state.isReady = true;

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      state.isStopping = true;
      await manager.stop();
      stopping.abort();
      for (const step of undo.reverse()) await step();
    })();
    return stopped;
  };
  const { url, kubeconfig: config, kubeconfigPath } = listeners;
  return { url, kubeconfig: config, kubeconfigPath, transport, client, stop };

  async function aggregation(): Promise<Aggregator> {
    const now = (): number => options.chance.now();
    const credentials = certificates && proxyCredentials(certificates.proxyAuthority, certificates.proxyClient, now, onError);
    const made = createAggregator({ api, transport, credentials: () => credentials?.(), onError });
    undo.push(() => made.close());
    metrics.addSource(() => made.gauges());
    return made;
  }

  async function startPlugins(): Promise<Manager> {
    const plugins: Plugin[] = await builtinControllers(client, options.controllers, {
      ...(certificates && { ca: certificates.authority.certificate, authority: certificates.authority }),
      issueToken: (subject) => auth.serviceAccounts.issueLegacy(subject),
    });
    const builtIn = new Set(plugins);
    const clientOf = (plugin: Plugin): Client =>
      createClient(transport, { fieldManager: builtIn.has(plugin) ? CONTROLLER_MANAGER : plugin.name });
    for (const plugin of options.plugins) {
      try {
        plugins.push(typeof plugin === 'string' ? await loadPlugin(plugin) : plugin);
      } catch (error) {
        log.error({ err: error }, (error as Error).message);
      }
    }
    hooks.add(plugins);
    const made = createManager({ client: clientOf, plugins, log });
    metrics.addSource(() => controllerFamilies(made.measures()));
    for (const { error } of await made.start()) if (error) log.error({ err: error }, error.message);
    return made;
  }
}

async function auditOf(options: ServerOptions, onError: (error: unknown) => void): Promise<Audit | undefined> {
  if (options.auditPolicy === undefined) return undefined;
  const [{ readPolicy }, { logSink, webhookSink }] = await Promise.all([import('./audit/policy.js'), import('./audit/sinks.js')]);
  const { auditLog, auditWebhook } = options;
  const log = auditLog ?? (auditWebhook ? undefined : { path: join(options.dataDir, 'audit.log') });
  const sinks = [...(log ? [logSink(log, onError)] : []), ...(auditWebhook ? [webhookSink(auditWebhook, onError)] : [])];
  return createAudit(readPolicy(options.auditPolicy), sinks, options.chance.now);
}
