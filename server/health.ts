/** `/healthz`, `/livez`, `/readyz` (R1.21). */
import type { Family, Sample } from './exposition.js';

export interface HealthCheck {
  name: string;
  on: readonly ('healthz' | 'livez' | 'readyz')[];
  isOk(): boolean;
}

export interface Health {
  /** undefined: no such check. */
  report(
    endpoint: 'healthz' | 'livez' | 'readyz',
    path: readonly string[],
    excluded: readonly string[],
    isVerbose: boolean,
  ): { ok: boolean; text: string } | undefined;
  /** The checks as metrics, for `/metrics/slis`. */
  families(): Family[];
}

export function createHealth(checks: readonly HealthCheck[]): Health {
  function* samples(): Generator<Sample> {
    for (const { name, on, isOk } of checks) for (const type of on) yield { labels: { name, type }, value: isOk() ? 1 : 0 };
  }
  return {
    families: () => [{ name: 'kubernetes_healthcheck', type: 'gauge', help: 'Whether a health check passes.', samples: samples() }],
    report(endpoint, path, excluded, isVerbose) {
      const own = checks.filter((check) => check.on.includes(endpoint));
      if (path.length) {
        const check = own.find((c) => c.name === path.join('/'));
        if (!check) return undefined;
        return check.isOk() ? { ok: true, text: 'ok' } : { ok: false, text: 'internal server error: check failed\n' };
      }
      const lines = own.map((check) => {
        if (excluded.includes(check.name)) return { ok: true, text: `[+]${check.name} excluded: ok\n` };
        const ok = check.isOk();
        return { ok, text: ok ? `[+]${check.name} ok\n` : `[-]${check.name} failed: reason withheld\n` };
      });
      const ok = lines.every((line) => line.ok);
      if (ok && !isVerbose) return { ok, text: 'ok' };
      return { ok, text: `${lines.map((line) => line.text).join('')}${endpoint} check ${ok ? 'passed' : 'failed'}\n` };
    },
  };
}
