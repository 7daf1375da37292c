/** What a folder of fetched projects holds: their CustomResourceDefinitions, and their own objects of those kinds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { versionsOf } from '../../schemas/crd/definition.js';
import { isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { decodeYaml } from '../../schemas/wire/yaml.js';
import { objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';

export interface Sample {
  file: string;
  object: JsonObject;
}

export interface Project {
  name: string;
  crds: JsonObject[];
  samples: Sample[];
}

/** Names of the subfolders, one a project. */
export function projectsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Reads all of a project. A definition that stands in many files is taken from its longest document. */
export function readProject(name: string, folder: string): Project {
  const documents = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((path) => documentsOf(path).map((object) => ({ file: relative(folder, path), object })));
  const crds = new Map<string, { crd: JsonObject; length: number }>();
  for (const { object } of documents) {
    if (!isCrd(object)) continue;
    const length = JSON.stringify(object).length;
    const known = crds.get(nameOf(object));
    if (!known || known.length < length) crds.set(nameOf(object), { crd: object, length });
  }
  const chosen = [...crds.values()].map(({ crd }) => crd);
  const kinds = new Set(chosen.flatMap(servedKinds));
  const samples = new Map<string, Sample>();
  for (const sample of documents)
    if (kinds.has(kindOf(sample.object)) && isObject(sample.object['metadata'])) samples.set(JSON.stringify(sample.object), sample);
  return { name, crds: chosen, samples: [...samples.values()] };
}

/** The documents of a file that are objects. Templates and patches are none: whatever cannot be read is passed over. */
function documentsOf(file: string): JsonObject[] {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('apiVersion')) return [];
  return text.split(/^---.*$/m).flatMap((document) => {
    if (!document.includes('apiVersion')) return [];
    let value: JsonValue;
    try {
      value = JSON.parse(JSON.stringify(decodeYaml(document).value)) as JsonValue;
    } catch {
      return [];
    }
    if (!isObject(value) || JSON.stringify(value).includes('{{')) return isObject(value) && isCrd(value) ? [value] : [];
    return value['kind'] === 'List' ? objectsAt(value, 'items').filter(isObject) : [value];
  });
}

function isCrd(object: JsonObject): boolean {
  return (
    object['kind'] === 'CustomResourceDefinition' &&
    object['apiVersion'] === 'apiextensions.k8s.io/v1' &&
    versionsOf(object).length > 0 &&
    textAt(objectAt(object, 'metadata'), 'name') !== ''
  );
}

export const nameOf = (object: JsonObject): string => textAt(objectAt(object, 'metadata'), 'name');

export const kindOf = (object: JsonObject): string => `${textAt(object, 'apiVersion')}/${textAt(object, 'kind')}`;

function servedKinds(crd: JsonObject): string[] {
  const spec = objectAt(crd, 'spec')!;
  return versionsOf(crd)
    .filter((version) => version['served'] === true)
    .map((version) => `${textAt(spec, 'group')}/${textAt(version, 'name')}/${textAt(objectAt(spec, 'names'), 'kind')}`);
}
