/** Names of kinds and resources. The core group is `''`. */
export interface GroupVersion {
  group: string;
  version: string;
}
export interface GroupVersionKind extends GroupVersion {
  kind: string;
}
export interface GroupVersionResource extends GroupVersion {
  resource: string;
}
export interface GroupResource {
  group: string;
  resource: string;
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: GroupVersion): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Splits `apps/v1` or `v1`; undefined where there is more than one slash (`a/b/c`). `''` gives an empty group and version. */
export function parseApiVersion(apiVersion: string): GroupVersion | undefined {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return undefined;
  return parts.length === 2 ? { group: parts[0]!, version: parts[1]! } : { group: '', version: parts[0]! };
}

/** GR of rest.md: `pods`, `deployments.apps`. Also prints a GK: pass the kind as `resource`. */
export function groupResourceName({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** `apps/v1, Kind=Deployment`; the core group prints `/v1, Kind=Pod`. */
export function gvkName({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}, Kind=${kind}`;
}

const KUBE_VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
const MATURITY = { alpha: 1, beta: 2 } as const;

/** R9.8: v2, v1, v1beta2, v1beta1, v1alpha1, then other names alphabetically; negative when `a` comes first. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [KUBE_VERSION.exec(a), KUBE_VERSION.exec(b)];
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : a > b ? 1 : 0;
  const maturity = (m: RegExpExecArray): number => (m[2] === undefined ? 3 : MATURITY[m[2] as keyof typeof MATURITY]);
  return maturity(y) - maturity(x) || Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0);
}
