import type { JsonObject } from '../json-value.js';
import { objectAt, objectsAt } from './members.js';
import type { KindRules } from './rules.js';

const ENFORCE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';
const enforcesSecrets = (account: JsonObject | undefined): boolean =>
  objectAt(objectAt(account, 'metadata'), 'annotations')?.[ENFORCE_SECRETS] !== undefined;

/** Of a reference to a secret only the name is kept. */
function cleanSecretReferences(account: JsonObject): void {
  const secrets = objectsAt(account, 'secrets');
  if (secrets.length > 0) account['secrets'] = secrets.map(({ name }): JsonObject => (name === undefined ? {} : { name }));
}

export const serviceAccount: KindRules = {
  prepareForCreate: cleanSecretReferences,
  prepareForUpdate: cleanSecretReferences,
  warnings(object, old) {
    if (enforcesSecrets(old) || !enforcesSecrets(object)) return [];
    return [
      `metadata.annotations[${ENFORCE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
    ];
  },
};
