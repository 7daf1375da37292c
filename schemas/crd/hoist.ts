/** The form that definitions are validated in: what is equal in all versions stands once, above them (B2.0). */
import { equal, type JsonObject } from '../json-value.js';
import { versionsOf, type Definition, type Version } from './definition.js';

/** The members that are hoisted, and the name of their place above the versions. */
const HOISTED = {
  schema: 'validation',
  subresources: 'subresources',
  additionalPrinterColumns: 'additionalPrinterColumns',
  selectableFields: 'selectableFields',
} as const;
export type Hoisted = keyof typeof HOISTED;

export interface Part {
  /** A version's members, without the hoisted ones; or only the hoisted ones. */
  members: JsonObject;
  /** The path of one of them. */
  pathOf(member: Hoisted): string;
}

export interface InternalForm {
  versions: readonly (Part & { path: string; version: Version })[];
  hoisted: Part;
}

export function internalForm(crd: Definition): InternalForm {
  const versions = versionsOf(crd);
  const names = Object.keys(HOISTED) as Hoisted[];
  const first = versions[0];
  const common = names.filter((name) => versions.every((version) => equal(version[name] ?? null, first?.[name] ?? null)));
  const hoisted: JsonObject = {};
  for (const name of common) if (first?.[name] !== undefined) hoisted[name] = first[name];
  return {
    versions: versions.map((version, i) => {
      const members = { ...version };
      for (const name of common) delete members[name];
      const path = `spec.versions[${i}]`;
      return { version, path, members, pathOf: (member) => `${path}.${member}` };
    }),
    hoisted: { members: hoisted, pathOf: (member) => `spec.${HOISTED[member]}` },
  };
}
