/** Prometheus metrics under the names that dashboards of kube-apiserver know. Loaded on first use. */
import type { Registry } from 'prom-client';
import type { RequestInfo } from './request-info.js';

export interface Metrics {
  onRequest(info: RequestInfo, method: string, code: number, ms: number): void;
  text(): Promise<string>;
}

interface Count {
  labels: Record<string, string>;
  count: number;
  seconds: number;
}

export function createMetrics(): Metrics {
  const counts = new Map<string, Count>();
  let registry: Promise<Registry> | undefined;
  const load = async (): Promise<Registry> => {
    const prom = await import('prom-client');
    const made = new prom.Registry();
    prom.collectDefaultMetrics({ register: made });
    new prom.Counter({
      name: 'apiserver_request_total',
      help: 'Requests by verb, resource and response code.',
      labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'code'],
      registers: [made],
      collect() {
        this.reset();
        for (const { labels, count } of counts.values()) this.inc(labels, count);
      },
    });
    new prom.Counter({
      name: 'apiserver_request_duration_seconds_sum',
      help: 'Seconds spent on requests.',
      labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'code'],
      registers: [made],
      collect() {
        this.reset();
        for (const { labels, seconds } of counts.values()) this.inc(labels, seconds);
      },
    });
    return made;
  };
  return {
    onRequest({ verb, group, version, resource, subresource }, _method, code, ms) {
      const key = `${verb} ${group} ${version} ${resource} ${subresource} ${code}`;
      const known = counts.get(key);
      if (known) {
        known.count++;
        known.seconds += ms / 1000;
      } else if (counts.size < 10_000)
        counts.set(key, {
          labels: { verb: verb.toUpperCase(), group, version, resource, subresource, code: String(code) },
          count: 1,
          seconds: ms / 1000,
        });
    },
    async text() {
      registry ??= load();
      return (await registry).metrics();
    },
  };
}
