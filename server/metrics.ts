/** Metrics under the names and labels that dashboards of kube-apiserver know. */
import { expositionOf, type Family } from './exposition.js';
import { isLongRunning } from './flow-control/flow-control.js';
import { Histogram } from './histogram.js';
import type { RequestInfo } from './request-info.js';
import { versionInfo } from './version.js';

export interface Metrics {
  /** A request has been answered; of a watch: it has ended. */
  onRequest(request: Measured, code: number, ms: number): void;
  /** A long-running request has begun; returns what is to be called at its end. */
  onLongRunning(request: Measured): () => void;
  onWatchEvents(info: RequestInfo, count: number): void;
  /** Families that are read when somebody asks. */
  addSource(source: () => Iterable<Family>): void;
  text(): Promise<string>;
}

/** What a request is counted under. */
export interface Measured {
  info: RequestInfo;
  isApply: boolean;
  isDryRun: boolean;
}

/** Seconds, as kube-apiserver. */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
/** Paths are the clients' to choose: what is counted apart has an end. */
const SERIES_MAX = 5_000;

type Labels = Readonly<Record<string, string>>;

interface Series {
  labels: Labels;
  /** By response code. */
  codes: Map<number, number>;
  durations: Histogram;
  isLongRunning: boolean;
  running: number;
}

export function createMetrics(): Metrics {
  const series = new Map<string, Series>();
  const watchEvents = new Map<string, { labels: Labels; value: number }>();
  const sources: (() => Iterable<Family>)[] = [];
  let processMetrics: Promise<() => Promise<string>> | undefined;

  const seriesOf = ({ info, isApply, isDryRun }: Measured): Series | undefined => {
    const { verb, group, version, resource, subresource } = info;
    const scope = scopeOf(info);
    const key = `${isApply ? 'apply' : verb} ${isDryRun} ${group} ${version} ${resource} ${subresource} ${scope}`;
    const known = series.get(key);
    if (known || series.size >= SERIES_MAX) return known;
    const labels = {
      verb: isApply ? 'APPLY' : (METHODS[verb] ?? verb.toUpperCase()),
      dry_run: isDryRun ? 'All' : '',
      group,
      version,
      resource,
      subresource,
      scope,
      component: 'apiserver',
    };
    const made = {
      labels,
      codes: new Map(),
      durations: new Histogram(BUCKETS),
      running: 0,
      isLongRunning: isLongRunning(info),
    };
    series.set(key, made);
    return made;
  };

  sources.push(
    () => requestFamilies([...series.values()]),
    () => [
      {
        name: 'apiserver_watch_events_total',
        type: 'counter',
        help: 'Number of events sent in watch clients',
        samples: watchEvents.values(),
      },
      {
        name: 'kubernetes_build_info',
        type: 'gauge',
        help: 'The version that is spoken',
        samples: [{ labels: buildLabels(), value: 1 }],
      },
    ],
  );

  return {
    onRequest(request, code, ms) {
      const of = seriesOf(request);
      if (!of) return;
      of.codes.set(code, (of.codes.get(code) ?? 0) + 1);
      of.durations.observe(ms / 1000);
    },
    onLongRunning(request) {
      const of = seriesOf(request);
      if (of) of.running++;
      return () => {
        if (of) of.running--;
      };
    },
    onWatchEvents({ group, version, resource }, count) {
      const key = `${group}/${version}/${resource}`;
      const known = watchEvents.get(key);
      if (known) known.value += count;
      else watchEvents.set(key, { labels: { group, version, resource }, value: count });
    },
    addSource: (source) => void sources.push(source),
    async text() {
      processMetrics ??= loadProcessMetrics();
      return expositionOf(sources.flatMap((source) => [...source()])) + (await (await processMetrics)());
    },
  };
}

/** Loaded when first asked for. */
async function loadProcessMetrics(): Promise<() => Promise<string>> {
  const { Registry, collectDefaultMetrics } = await import('prom-client');
  const register = new Registry();
  collectDefaultMetrics({ register });
  return () => register.metrics();
}

const METHODS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', proxy: 'CONNECT' };

function scopeOf({ isResource, name, namespace, verb }: RequestInfo): string {
  if (!isResource) return '';
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

function buildLabels(): Labels {
  const { major, minor, gitVersion, platform } = versionInfo();
  return { major: String(major), minor: String(minor), git_version: String(gitVersion), platform: String(platform) };
}

function requestFamilies(all: readonly Series[]): Family[] {
  return [
    {
      name: 'apiserver_request_total',
      type: 'counter',
      help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      samples: all.flatMap(({ labels, codes }) =>
        [...codes].map(([code, value]) => ({ labels: { ...labels, code: String(code) }, value })),
      ),
    },
    durations('apiserver_request_duration_seconds', 'Response latency distribution', all),
    durations(
      'apiserver_request_sli_duration_seconds',
      'Response latency distribution of what is an indicator of service, long-running requests left out,',
      all.filter(({ isLongRunning }) => !isLongRunning),
    ),
    {
      name: 'apiserver_longrunning_requests',
      type: 'gauge',
      help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.',
      samples: all
        .filter(({ isLongRunning }) => isLongRunning)
        .map(({ labels: { dry_run: _, ...labels }, running }) => ({ labels, value: running })),
    },
  ];
}

const durations = (name: string, what: string, all: readonly Series[]): Family => ({
  name,
  type: 'histogram',
  help: `${what} in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.`,
  samples: all.filter(({ durations }) => durations.count > 0).flatMap(({ labels, durations }) => durations.samples(labels)),
});
