/** Warnings about files of one volume that stand in each other's way. */
import { goQuote } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { objectAt, objectsAt, textAt } from '../members.js';

interface File {
  path: string;
  source: string;
}

const printed = ({ path, source }: File): string => (source === '' ? goQuote(path) : `${goQuote(path)} (${source})`);
const itemsOf = (owner: JsonObject | undefined, source = ''): File[] =>
  objectsAt(owner, 'items').map((item) => ({ path: textAt(item, 'path'), source }));

function overlaps(a: File, b: File): boolean {
  if (a.path === '' || b.path === '') return false;
  return `${a.path}/`.startsWith(`${b.path}/`) || `${b.path}/`.startsWith(`${a.path}/`);
}

function warnOfFiles(volume: string, what: string, files: readonly File[], warnings: string[]): void {
  const before: File[] = [];
  for (const { path, source } of files) {
    const file = { path: path.replace(/\/+$/, ''), source };
    for (const other of before)
      if (overlaps(file, other))
        warnings.push(`volume ${goQuote(volume)} (${what}): overlapping paths: ${printed(file)} with ${printed(other)}`);
    before.push(file);
  }
}

function filesOfProjection(projection: JsonObject): File[] {
  const configMap = objectAt(projection, 'configMap');
  if (objectsAt(configMap, 'items').length > 0) return itemsOf(configMap, `ConfigMap ${goQuote(textAt(configMap, 'name'))}`);
  const secret = objectAt(projection, 'secret');
  if (objectsAt(secret, 'items').length > 0) return itemsOf(secret, `Secret ${goQuote(textAt(secret, 'name'))}`);
  const downward = objectAt(projection, 'downwardAPI');
  if (objectsAt(downward, 'items').length > 0) return itemsOf(downward, 'DownwardAPI');
  const token = objectAt(projection, 'serviceAccountToken');
  if (token) return [{ path: textAt(token, 'path'), source: 'ServiceAccountToken' }];
  const bundle = objectAt(projection, 'clusterTrustBundle');
  if (bundle) {
    const name = bundle['name'] === undefined ? textAt(bundle, 'signerName') : textAt(bundle, 'name');
    return [{ path: textAt(bundle, 'path'), source: `ClusterTrustBundle ${goQuote(name)}` }];
  }
  const certificate = objectAt(projection, 'podCertificate');
  return CERTIFICATE_FILES.map(([member, source]) => ({ path: textAt(certificate, member), source })).filter(({ path }) => path !== '');
}

const CERTIFICATE_FILES: readonly (readonly [member: string, source: string])[] = [
  ['certificateChainPath', 'PodCertificate chain'],
  ['keyPath', 'PodCertificate key'],
  ['credentialBundlePath', 'PodCertificate credential bundle'],
];

export function warnOfOverlappingPaths(spec: JsonObject, warnings: string[]): void {
  for (const volume of objectsAt(spec, 'volumes')) {
    const name = textAt(volume, 'name');
    const configMap = objectAt(volume, 'configMap');
    warnOfFiles(name, `ConfigMap ${goQuote(textAt(configMap, 'name'))}`, itemsOf(configMap), warnings);
    const secret = objectAt(volume, 'secret');
    warnOfFiles(name, `Secret ${goQuote(textAt(secret, 'secretName'))}`, itemsOf(secret), warnings);
    warnOfFiles(name, 'DownwardAPI', itemsOf(objectAt(volume, 'downwardAPI')), warnings);
    const sources = objectsAt(objectAt(volume, 'projected'), 'sources');
    for (const source of sources)
      if (Object.keys(source).length === 0) warnings.push(`volume ${goQuote(name)} (Projected) has no sources provided`);
    warnOfFiles(name, 'Projected', sources.flatMap(filesOfProjection), warnings);
  }
}
