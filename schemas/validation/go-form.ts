/**
 * R2.26: how a struct is printed inside an error. Kubernetes prints its internal types: the types of API groups by their Go names,
 * every member, in order; meta/v1 types in wire form. The types come from `schemas/definitions/`.
 */
import { type Definition, type Field, findDefinition, itemOf, type TypeName } from '../definitions/index.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';

/** Initials that Go spells in capitals. */
const INITIALISMS =
  /^(api|aws|cidr|cpu|csi|dns|fc|fs|gce|gmsa|grpc|http|https|id|ip|iqn|iscsi|json|nfs|os|pd|pid|qos|rbd|scale|sctp|se|tcp|tls|tty|uid|uri|url|wwids)(?=[A-Z]|$)/;
const SPELLED: Readonly<Record<string, string>> = {
  cephfs: 'CephFS',
  scaleIO: 'ScaleIO',
  storageos: 'StorageOS',
  targetWWNs: 'TargetWWNs',
  ipFamilies: 'IPFamilies',
  diskURI: 'DataDiskURI',
  monitors: 'Monitors',
};

function goName(member: string): string {
  const spelled = SPELLED[member];
  if (spelled) return spelled;
  const initials = INITIALISMS.exec(member)?.[0];
  return initials ? initials.toUpperCase() + member.slice(initials.length) : member[0]!.toUpperCase() + member.slice(1);
}

const isPointer = ({ presence }: Field): boolean => presence === 'pointer' || presence === 'pointer-always';

function zeroOf(field: Field): JsonValue {
  if (isPointer(field) || itemOf(field.type)) return null;
  if (field.type === 'string') return '';
  if (field.type === 'bool') return false;
  if (/^u?int|^float|^double|IntOrString$/.test(field.type)) return 0;
  if (field.type.endsWith('.Quantity')) return '0';
  const inner = findDefinition(field.type);
  return inner && inner.fields.length > 0 ? structForm(inner, {}) : null;
}

function structForm(of: Definition, value: JsonObject): JsonObject {
  const form: JsonObject = {};
  for (const field of of.fields) {
    if ('inline' in field) {
      Object.assign(form, structForm(findDefinition(field.inline)!, value));
    } else if (field.name === 'metadata') {
      Object.assign(form, value['metadata']);
    } else {
      const member = value[field.name];
      form[goName(field.name)] = member === undefined || member === null ? zeroOf(field) : goForm(field.type, member);
    }
  }
  return form;
}

const byKey = ([a]: [string, JsonValue], [b]: [string, JsonValue]): number => (a < b ? -1 : 1);

/** The value of a type of `schemas/definitions/` as Go's encoder prints its internal twin. */
export function goForm(type: TypeName, value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === null) return null;
  const item = itemOf(type);
  if (item?.list && Array.isArray(value)) return value.length === 0 ? null : value.map((each) => goForm(item.item, each));
  if (item && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(byKey)
        .map(([key, each]) => [key, goForm(item.item, each)]),
    );
  }
  if (!isObject(value) || type.includes('.apimachinery.')) return value;
  const of = findDefinition(type);
  return of ? structForm(of, value) : value;
}

/** `goForm` of a type of core/v1. */
export const coreForm = (type: string, value: JsonValue | undefined): JsonValue => goForm(`io.k8s.api.core.v1.${type}`, value);
