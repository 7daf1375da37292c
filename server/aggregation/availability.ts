/** Whether an APIService can be used: its condition `Available` (F3). */
import type { JsonObject } from '../../schemas/json-value.js';
import { type ApiService, isRemote, type RemoteService } from './api-service.js';
import type { Probe } from './probe.js';
import { Unresolved } from '../service-resolver.js';
import type { Target, Upstream } from './upstream.js';

export interface Verdict {
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

const ATTEMPTS = 5;

/** The first check that fails decides; of five requests for the group and version, made at once, one must succeed. */
export async function verdictOf(service: ApiService, upstream: Upstream, probe: Probe): Promise<Verdict> {
  if (!isRemote(service)) return { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
  try {
    upstream.resolve(service);
  } catch (error) {
    if (error instanceof Unresolved) return { status: 'False', reason: error.reason, message: error.message };
    const { name, namespace } = service.service;
    const message = `service/${name} in "${namespace}" cannot be checked due to: ${(error as Error).message}`;
    return { status: 'Unknown', reason: 'ServiceAccessError', message };
  }
  try {
    await Promise.any(Array.from({ length: ATTEMPTS }, () => attempt(service, upstream.resolve(service), probe)));
    return { status: 'True', reason: 'Passed', message: 'all checks passed' };
  } catch (error) {
    const first = (error as AggregateError).errors[0] as Error;
    return { status: 'False', reason: 'FailedDiscoveryCheck', message: first.message };
  }
}

async function attempt(service: RemoteService, target: Target, probe: Probe): Promise<void> {
  const path = `/apis/${service.group}/${service.version}`;
  const url = `https://${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}${path}`;
  const why = (text: string): Error => new Error(`failing or missing response from ${url}: ${text}`);
  const answer = await probe(service, target, path, '*/*').catch((error: Error) => {
    throw why(`Get "${url}": ${error.message}`);
  });
  if (answer.code < 200 || answer.code > 299) throw why(`bad status from ${url}: ${answer.code}`);
}

/** The conditions with the verdict in place; undefined: it is what they say already. The time is that of the last change of status. */
export function conditionsWith(
  conditions: readonly JsonObject[],
  { status, reason, message }: Verdict,
  now: string,
): JsonObject[] | undefined {
  const before = conditions.find(({ type }) => type === 'Available');
  if (before && before['status'] === status && before['reason'] === reason && before['message'] === message) return undefined;
  const lastTransitionTime = before?.['status'] === status ? (before['lastTransitionTime'] ?? now) : now;
  const made = { type: 'Available', status, lastTransitionTime, reason, message };
  return before ? conditions.map((condition) => (condition === before ? made : condition)) : [...conditions, made];
}
