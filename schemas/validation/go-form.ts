/**
 * R2.26: how a struct is printed inside an error. Kubernetes prints its internal types: the types of API groups by their Go names,
 * every member, in order; meta/v1 types in wire form. The types come from `schemas/definitions/`.
 */
import { orderOf } from '../builtin/order.js';
import { builtinSchema } from '../builtin-schema.js';
import { type Definition, type Field, findDefinition, itemOf, type TypeName } from '../definitions/index.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { sorted } from './members.js';

/** Initials that Go spells in capitals. */
const INITIALISMS =
  /^(api|aws|cidr|cpu|csi|dns|fc|fs|gce|gmsa|grpc|http|https|id|ip|iqn|iscsi|json|nfs|os|pd|pid|qos|rbd|sctp|se|tcp|tls|tty|uid|uri|url|wwids)(?=[A-Z]|$)/;
const SPELLED: Readonly<Record<string, string>> = {
  cephfs: 'CephFS',
  pkixPublicKey: 'PKIXPublicKey',
  scaleIO: 'ScaleIO',
  storageos: 'StorageOS',
  targetWWNs: 'TargetWWNs',
  ipFamilies: 'IPFamilies',
  diskURI: 'DataDiskURI',
  monitors: 'Monitors',
};

const RBD = { monitors: 'CephMonitors', image: 'RBDImage', pool: 'RBDPool', user: 'RadosUser' };

/** By type, where the same name is spelled otherwise elsewhere. */
const SPELLED_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DeviceSelector: { cel: 'CEL' },
  FCVolumeSource: { wwids: 'WWIDs' },
  GlusterfsPersistentVolumeSource: { endpoints: 'EndpointsName' },
  GlusterfsVolumeSource: { endpoints: 'EndpointsName' },
  ISCSIPersistentVolumeSource: { chapAuthDiscovery: 'DiscoveryCHAPAuth', chapAuthSession: 'SessionCHAPAuth' },
  ISCSIVolumeSource: { chapAuthDiscovery: 'DiscoveryCHAPAuth', chapAuthSession: 'SessionCHAPAuth' },
  PhotonPersistentDiskVolumeSource: { pdID: 'PdID' },
  RBDPersistentVolumeSource: RBD,
  RBDVolumeSource: RBD,
  ScaleIOPersistentVolumeSource: { sslEnabled: 'SSLEnabled' },
  ScaleIOVolumeSource: { sslEnabled: 'SSLEnabled' },
};

function goName(member: string, type: string): string {
  const spelled = SPELLED_IN[type]?.[member] ?? SPELLED[member];
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
  const typeName = of.name.slice(of.name.lastIndexOf('.') + 1);
  for (const field of of.fields) {
    if ('inline' in field) {
      Object.assign(form, internalForm(field.inline, structForm(findDefinition(field.inline)!, value)));
    } else if (field.name === 'metadata') {
      const metadata = isObject(value['metadata']) ? wireForm(field.type, value['metadata']) : {};
      for (const [key, member] of Object.entries(metadata)) form[key] = isObject(member) ? sorted(member) : member;
    } else {
      const member = value[field.name];
      form[goName(field.name, typeName)] = member === undefined || member === null ? zeroOf(field) : goForm(field.type, member);
    }
  }
  return form;
}

/** Members that stand elsewhere in the internal types: behind which other member. */
const MOVED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PodSpec: { SetHostnameAsFQDN: 'Subdomain', PreemptionPolicy: 'Priority', Overhead: 'RuntimeClassName' },
  PodSecurityContext: { FSGroupChangePolicy: 'FSGroup' },
  Volume: { Quobyte: 'RBD' },
  PersistentVolumeSource: { Quobyte: 'RBD', FlexVolume: 'ISCSI' },
};
const OF_THE_HOST = ['HostNetwork', 'HostPID', 'HostIPC', 'ShareProcessNamespace', 'HostUsers'];

/** The internal PodSpec has what it shares with the host in its security context, and one name of its account. */
function movedToSecurityContext({ ServiceAccount: _, ...form }: JsonObject): JsonObject {
  const ofTheHost = Object.fromEntries(OF_THE_HOST.map((member) => [member, form[member] ?? null]));
  for (const member of OF_THE_HOST) delete form[member];
  if (isObject(form['SecurityContext'])) form['SecurityContext'] = { ...ofTheHost, ...form['SecurityContext'] };
  return form;
}

/** The form as the members of the internal type stand. */
function internalForm(type: TypeName, form: JsonObject): JsonObject {
  const name = type.slice(type.lastIndexOf('.') + 1);
  const moved = MOVED[name];
  if (!moved) return form;
  const ordered: JsonObject = {};
  const whole = name === 'PodSpec' ? movedToSecurityContext(form) : form;
  const put = (member: string): void => {
    ordered[member] = whole[member]!;
    for (const [follower, leader] of Object.entries(moved)) if (leader === member) put(follower);
  };
  for (const member of Object.keys(whole)) if (!(member in moved)) put(member);
  return ordered;
}

const byKey = ([a]: [string, JsonValue], [b]: [string, JsonValue]): number => (a < b ? -1 : 1);

/** As it is in JSON: what is empty is left out. */
function wireForm(type: TypeName, value: JsonObject): JsonObject {
  const copy = clone(value);
  builtinSchema(type).conform(copy, []);
  return orderOf(type)(copy);
}

/** The value of a type of `schemas/definitions/` as Go's encoder prints its internal twin. */
export function goForm(type: TypeName, value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === null) return null;
  const item = itemOf(type);
  if (item?.list && Array.isArray(value)) return value.map((each) => goForm(item.item, each));
  if (item && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(byKey)
        .map(([key, each]) => [key, goForm(item.item, each)]),
    );
  }
  if (!isObject(value)) return value;
  if (type.includes('.apimachinery.')) return wireForm(type, value);
  const of = findDefinition(type);
  return of ? internalForm(type, structForm(of, value)) : value;
}

/** `goForm` of a type of core/v1. */
export const coreForm = (type: string, value: JsonValue | undefined): JsonValue => goForm(`io.k8s.api.core.v1.${type}`, value);
