/** internal.apiserver.k8s.io StorageVersion and storagemigration.k8s.io StorageVersionMigration */
import { type FieldError, invalidValue, required } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dnsSubdomain } from '../names.js';
import { immutable, invalidEach } from './checks.js';
import { conditionsErrors } from './conditions.js';
import { ALL_BUT_STATUS, keepAllButStatus } from './kept-metadata.js';
import { objectAt, objectsAt, textAt } from './members.js';
import type { KindRules } from './rules.js';

function validateServers(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  objectsAt(objectAt(object, 'status'), 'storageVersions').forEach((server, i) => {
    const at = `status.storageVersions[${i}]`;
    const id = textAt(server, 'apiServerID');
    invalidEach(`${at}.apiServerID`, id, dnsSubdomain(id), errors);
    const encoding = textAt(server, 'encodingVersion');
    const decodable = server['decodableVersions'];
    if (Array.isArray(decodable) && !decodable.includes(encoding)) {
      const words = `decodableVersions must include encodingVersion ${encoding}`;
      errors.push(invalidValue(`${at}.decodableVersions`, decodable, words));
    }
  });
  return errors;
}

/** Its name, `<group>.<resource>`, is a rule of names. */
export const storageVersion: KindRules = {
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validateStatusUpdate: validateServers,
};

const resourceOf = (object: JsonObject): JsonObject | undefined => objectAt(objectAt(object, 'spec'), 'resource');

export const storageVersionMigration: KindRules = {
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validate(object) {
    return textAt(resourceOf(object), 'resource') === '' ? [required('spec.resource.resource', 'resource is required')] : [];
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    immutable('spec.resource', resourceOf(object), resourceOf(old), errors);
    return errors;
  },
  validateStatusUpdate: (object) => conditionsErrors(objectsAt(objectAt(object, 'status'), 'conditions'), 'status.conditions'),
};
