/** Devices may be claimed with admin access in namespaces that are marked for it only. Told as a finding of the validation, though it needs the namespace. */
import { child, type FieldError, forbiddenField, index } from '../../schemas/field-errors.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { invalid } from '../../schemas/status.js';
import { objectAt, objectsAt } from '../../schemas/validation/members.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { findStored } from './stored.js';

const NAMESPACES = { group: '', resource: 'namespaces' };
const LABEL = 'resource.kubernetes.io/admin-access';
const WHY = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`;

export const deviceAdminAccess: AdmissionPlugin = {
  name: 'DeviceAdminAccess',
  isPart: true,
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    if (attributes.resource.gr.group !== 'resource.k8s.io') return;
    const wanted = wantedIn(attributes);
    if (!wanted) return;
    const namespace = findStored(attributes, NAMESPACES, '', attributes.namespace);
    if (namespace && metaOf(namespace).labels?.[LABEL] === 'true') return;
    throw invalid(attributes.resource.gvk, metaOf(attributes.object!).name ?? '', [wanted]);
  },
};

/** The first request or result with admin access, unless it had been granted before. */
function wantedIn({ resource, subresource, operation, object, oldObject }: Attributes): FieldError | undefined {
  const name = `${operation} ${resource.gr.resource}/${subresource}`;
  if (name === 'CREATE resourceclaims/') return firstOf(requestsOf(objectAt(object, 'spec')), 'spec.devices.requests');
  if (name === 'CREATE resourceclaimtemplates/')
    return firstOf(requestsOf(objectAt(objectAt(object, 'spec'), 'spec')), 'spec.devices.requests');
  if (name !== 'UPDATE resourceclaims/status' || resultsOf(oldObject).some(hasAccess)) return undefined;
  return firstOf(resultsOf(object), 'status.allocation.devices.results');
}

const hasAccess = (item: JsonObject): boolean => item['adminAccess'] === true || objectAt(item, 'exactly')?.['adminAccess'] === true;

const requestsOf = (spec: JsonObject | undefined): readonly JsonObject[] => objectsAt(objectAt(spec, 'devices'), 'requests');

const resultsOf = (claim: JsonObject | undefined): readonly JsonObject[] =>
  objectsAt(objectAt(objectAt(objectAt(claim, 'status'), 'allocation'), 'devices'), 'results');

function firstOf(items: readonly JsonObject[], path: string): FieldError | undefined {
  const at = items.findIndex(hasAccess);
  return at < 0 ? undefined : forbiddenField(child(index(path, at), 'adminAccess'), WHY);
}
