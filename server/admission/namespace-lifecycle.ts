import { isObject } from '../../schemas/json-value.js';
import { forbidden, notFound } from '../../schemas/status.js';
import { objectKey } from '../../storage/keys.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { storedObject } from '../codec.js';
import { isNamespaced } from '../resource.js';
import { nameForDenial } from './denial.js';

const NAMESPACES = { group: '', resource: 'namespaces' };
const UNDELETABLE = new Set(['default', 'kube-system', 'kube-public']);
/** C2.2 */
const ALWAYS_ALLOWED = new Set(['localsubjectaccessreviews']);

/** Nothing is created in a namespace that is not there or is going (C2.1–C2.4). */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  admit(attributes) {
    const { operation, resource, namespace, name } = attributes;
    if (resource.gr.group === '' && resource.gr.resource === 'namespaces') {
      if (operation === 'DELETE' && UNDELETABLE.has(name)) throw forbidden(NAMESPACES, name, 'this namespace may not be deleted');
      return;
    }
    if (operation !== 'CREATE' || !isNamespaced(resource) || ALWAYS_ALLOWED.has(resource.gr.resource)) return;
    const phase = phaseOf(attributes);
    if (phase === undefined) throw notFound(NAMESPACES, namespace);
    if (phase !== 'Terminating') return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw forbidden(resource.gr, nameForDenial(attributes), why, [
      { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
    ]);
  },
};

/** undefined: there is no such namespace. */
function phaseOf({ api, cluster, namespace }: Attributes): string | undefined {
  const entry = api.store.get(objectKey(NAMESPACES, cluster, '', namespace));
  if (!entry) return undefined;
  const known = entry.fields['status.phase'];
  if (known !== undefined) return known;
  const { status } = storedObject(entry);
  return isObject(status) ? String(status['phase'] ?? '') : '';
}
