import type { JsonObject } from '../schemas/json-value.js';

/** The Kubernetes version whose behaviour is served (R9.40); the build metadata says who serves it. */
export const KUBERNETES_VERSION = 'v1.36.3';

export function versionInfo(): JsonObject {
  return {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion: `${KUBERNETES_VERSION}+kurma`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'node',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
}
