/** R9.8: the order of versions that Kubernetes means: v2, v1, v1beta2, v1beta1, v1alpha1, then other names by alphabet. */
const KUBE_VERSION = /^v([1-9]\d{0,8})(?:(alpha|beta)([1-9]\d{0,8}))?$/;

/** Ranks of maturity, larger first. */
const MATURITY: Readonly<Record<string, number>> = { '': 2, beta: 1, alpha: 0 };

/** For sorting, most preferred first. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  if (x === undefined && y === undefined) return a < b ? -1 : a > b ? 1 : 0;
  if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return y[i]! - x[i]!;
  return 0;
}

/** Maturity, major, minor. */
function parse(version: string): number[] | undefined {
  const parts = KUBE_VERSION.exec(version);
  return parts === null ? undefined : [MATURITY[parts[2] ?? '']!, Number(parts[1]), Number(parts[3] ?? 0)];
}
