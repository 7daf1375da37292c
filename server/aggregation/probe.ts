/** What this server itself asks of the others: whether they are there, and what they serve. */
import type { UserInfo } from '../auth/user-info.js';
import { SYSTEM_MASTERS } from '../auth/user-info.js';
import type { RemoteService } from './api-service.js';
import { bodyOf, remoteUserHeaders, type Target, type Upstream } from './upstream.js';

export interface ProbeAnswer {
  code: number;
  contentType: string;
  body: Buffer;
}

/** GET of a path. Rejects when there is no answer in time. */
export type Probe = (service: RemoteService, target: Target, path: string, accept: string) => Promise<ProbeAnswer>;

const AGGREGATOR: UserInfo = { name: 'system:kube-aggregator', groups: [SYSTEM_MASTERS] };
const TIMEOUT_MS = 5_000;
/** Of a document that another server publishes. */
const BYTES_MAX = 64 * 1024 * 1024;

export const probeWith =
  (upstream: Upstream): Probe =>
  (service, target, path, accept) =>
    new Promise((resolve, reject) => {
      const headers = { accept, 'user-agent': 'kurma-aggregator', ...remoteUserHeaders(AGGREGATOR) };
      const request = upstream.open(service, target, { method: 'GET', path, headers });
      const late = setTimeout(() => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
      request.on('error', (error) => {
        clearTimeout(late);
        reject(error);
      });
      request.on('response', (response) => {
        bodyOf(response, BYTES_MAX)
          .then((body) => resolve({ code: response.statusCode!, contentType: response.headers['content-type'] ?? '', body }), reject)
          .finally(() => clearTimeout(late));
      });
      request.end();
    });
