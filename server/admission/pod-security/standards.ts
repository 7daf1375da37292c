/** The checks of the Pod Security Standards, baseline and restricted, each from the version that brought it. */
import { goQuote } from '../../../schemas/field-errors.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { metaOf } from '../../../schemas/object-meta.js';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../../../schemas/validation/members.js';

export type Level = 'privileged' | 'baseline' | 'restricted';
export const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];

export interface Violation {
  reason: string;
  /** Empty: the reason says it all. */
  detail: string;
}
export type Check = (pod: JsonObject) => Violation | undefined;

interface Row {
  id: string;
  level: Level;
  /** By the minor version that brought each form of the check. */
  since: readonly (readonly [minor: number, check: Check])[];
  /** The check of baseline that this one makes superfluous. */
  overrides?: string;
}

const specOf = (pod: JsonObject): JsonObject | undefined => objectAt(pod, 'spec');
const contextOf = (container: JsonObject): JsonObject | undefined => objectAt(container, 'securityContext');
const podContextOf = (pod: JsonObject): JsonObject | undefined => objectAt(specOf(pod), 'securityContext');
const isWindows = (pod: JsonObject): boolean => textAt(objectAt(specOf(pod), 'os'), 'name') === 'windows';

function containersOf(pod: JsonObject): JsonObject[] {
  const spec = specOf(pod);
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((member) => [...objectsAt(spec, member)]);
}

const nameOf = (container: JsonObject): string => textAt(container, 'name');
/** Nothing inside the quotes is escaped. */
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);
const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
const containersText = (names: readonly string[]): string => `${plural(names.length, 'container', 'containers')} ${quoted(names)}`;
const settersText = (isPod: boolean, names: readonly string[]): string =>
  [...(isPod ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])].join(' and ');

/** One violation by the containers that `isBad` finds. */
function byContainers(reason: string, isBad: (container: JsonObject) => boolean, detail: (names: string[]) => string): Check {
  return (pod) => {
    const names = containersOf(pod).filter(isBad).map(nameOf);
    return names.length > 0 ? { reason, detail: detail(names) } : undefined;
  };
}

/** One violation by a value that the pod and its containers may set; `badValue` is what is wrong with it. */
function byValues(
  read: (context: JsonObject | undefined) => string | undefined,
  violation: (setters: string, values: string[]) => Violation,
): Check {
  return (pod) => {
    const podValue = read(podContextOf(pod));
    const found = containersOf(pod).flatMap((container) => {
      const value = read(contextOf(container));
      return value === undefined ? [] : [{ name: nameOf(container), value }];
    });
    if (podValue === undefined && found.length === 0) return undefined;
    const names = found.map(({ name }) => name);
    const values = unique([...(podValue === undefined ? [] : [podValue]), ...found.map(({ value }) => value)]);
    return violation(settersText(podValue !== undefined, names), values);
  };
}

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

const appArmorProfile: Check = (pod) => {
  const typeOf = (context: JsonObject | undefined): string | undefined => {
    const type = textAt(objectAt(context, 'appArmorProfile'), 'type');
    return ['', 'RuntimeDefault', 'Localhost'].includes(type) ? undefined : type;
  };
  const podType = typeOf(podContextOf(pod));
  const names = containersOf(pod)
    .filter((container) => typeOf(contextOf(container)) !== undefined)
    .map(nameOf);
  const types = unique(
    [podType, ...containersOf(pod).map((container) => typeOf(contextOf(container)))].filter((type) => type !== undefined),
  );
  const annotations = Object.entries(metaOf(pod).annotations ?? {})
    .filter(
      ([key, value]) => key.startsWith(APP_ARMOR_ANNOTATION) && !['', 'runtime/default'].includes(value) && !value.startsWith('localhost/'),
    )
    .map(([key, value]) => `${key}=${goQuote(value)}`);
  const values = unique([...types, ...annotations]);
  if (values.length === 0) return undefined;
  const setters = [
    ...(types.length > 0 ? [settersText(podType !== undefined, names)] : []),
    ...(annotations.length > 0 ? [plural(annotations.length, 'annotation', 'annotations')] : []),
  ];
  return {
    reason: plural(values.length, 'forbidden AppArmor profile', 'forbidden AppArmor profiles'),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const BASELINE_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' '),
);
const addedCapabilities = (container: JsonObject): readonly string[] => textsAt(objectAt(contextOf(container), 'capabilities'), 'add');

function addedBeyond(pod: JsonObject, allowed: ReadonlySet<string>): { names: string[]; capabilities: string[] } {
  const bad = containersOf(pod).filter((container) => addedCapabilities(container).some((capability) => !allowed.has(capability)));
  const capabilities = bad.flatMap((container) => addedCapabilities(container).filter((capability) => !allowed.has(capability)));
  return { names: bad.map(nameOf), capabilities: unique(capabilities) };
}
const addedText = ({ names, capabilities }: { names: string[]; capabilities: string[] }): string =>
  `${containersText(names)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`;

const baselineCapabilities: Check = (pod) => {
  const added = addedBeyond(pod, BASELINE_CAPABILITIES);
  return added.names.length > 0 ? { reason: 'non-default capabilities', detail: addedText(added) } : undefined;
};

const hostNamespaces: Check = (pod) => {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((member) => specOf(pod)?.[member] === true);
  return used.length > 0 ? { reason: 'host namespaces', detail: used.map((member) => `${member}=true`).join(', ') } : undefined;
};

const hostPathVolumes: Check = (pod) => {
  const names = objectsAt(specOf(pod), 'volumes')
    .filter((volume) => volume['hostPath'] !== undefined)
    .map(nameOf);
  return names.length > 0
    ? { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume', 'volumes')} ${quoted(names)}` }
    : undefined;
};

const hostPorts: Check = (pod) => {
  const portsOf = (container: JsonObject): number[] =>
    objectsAt(container, 'ports').flatMap((port) => (numberAt(port, 'hostPort') ? [numberAt(port, 'hostPort')!] : []));
  const bad = containersOf(pod).filter((container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = unique(bad.flatMap(portsOf).map(String));
  const verb = plural(bad.length, 'uses', 'use');
  return {
    reason: 'hostPort',
    detail: `${containersText(bad.map(nameOf))} ${verb} ${plural(ports.length, 'hostPort', 'hostPorts')} ${ports.join(', ')}`,
  };
};

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const HANDLERS = ['postStart', 'preStop'];

const probeHosts: Check = (pod) => {
  const hostsOf = (container: JsonObject): string[] =>
    [
      ...PROBES.map((probe) => objectAt(container, probe)),
      ...HANDLERS.map((handler) => objectAt(objectAt(container, 'lifecycle'), handler)),
    ].flatMap((handler) => ['httpGet', 'tcpSocket'].map((way) => textAt(objectAt(handler, way), 'host')).filter((host) => host !== ''));
  const bad = containersOf(pod).filter((container) => hostsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = unique(bad.flatMap(hostsOf));
  const noun = plural(hosts.length, 'probe or lifecycle host', 'probe or lifecycle hosts');
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(unique(bad.map(nameOf)))} ${plural(bad.length, 'uses', 'use')} ${noun} ${quoted(hosts)}`,
  };
};

const privileged = byContainers(
  'privileged',
  (container) => contextOf(container)?.['privileged'] === true,
  (names) => `${containersText(names)} must not set securityContext.privileged=true`,
);

const procMount: Check = (pod) => {
  const typeOf = (container: JsonObject): string => textAt(contextOf(container), 'procMount');
  const bad = containersOf(pod).filter((container) => !['', 'Default'].includes(typeOf(container)));
  if (bad.length === 0) return undefined;
  return {
    reason: 'procMount',
    detail: `${containersText(bad.map(nameOf))} must not set securityContext.procMount to ${quoted(unique(bad.map(typeOf)))}`,
  };
};

const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t']);

const seLinuxOptions =
  (types: ReadonlySet<string>): Check =>
  (pod) => {
    const problems = (context: JsonObject | undefined): { type?: string; user: boolean; role: boolean } | undefined => {
      const options = objectAt(context, 'seLinuxOptions');
      const type = textAt(options, 'type');
      const found = { ...(!types.has(type) && { type }), user: textAt(options, 'user') !== '', role: textAt(options, 'role') !== '' };
      return found.type !== undefined || found.user || found.role ? found : undefined;
    };
    const own = problems(podContextOf(pod));
    const bad = containersOf(pod).filter((container) => problems(contextOf(container)));
    const all = [...(own ? [own] : []), ...bad.map((container) => problems(contextOf(container))!)];
    if (all.length === 0) return undefined;
    const badTypes = unique(all.flatMap(({ type }) => (type === undefined ? [] : [type])));
    const data = [
      ...(badTypes.length > 0 ? [`${plural(badTypes.length, 'type', 'types')} ${quoted(badTypes)}`] : []),
      ...(all.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(all.some(({ role }) => role) ? ['role may not be set'] : []),
    ];
    const setters = settersText(own !== undefined, bad.map(nameOf));
    return { reason: 'seLinuxOptions', detail: `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}` };
  };

const GOOD_SECCOMP = ['RuntimeDefault', 'Localhost'];
const seccompTypeOf = (context: JsonObject | undefined): string => textAt(objectAt(context, 'seccompProfile'), 'type');
const badSeccomp = (context: JsonObject | undefined): string | undefined => {
  const type = seccompTypeOf(context);
  return ['', ...GOOD_SECCOMP].includes(type) ? undefined : type;
};

const SECCOMP_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

/** Before there was a member for it. */
const annotatedSeccomp: Check = (pod) => {
  const { annotations = {} } = metaOf(pod);
  const keys = [SECCOMP_ANNOTATION, ...containersOf(pod).map((container) => `${SECCOMP_CONTAINER_ANNOTATION}${nameOf(container)}`)];
  const isGood = (value: string): boolean => ['runtime/default', 'docker/default'].includes(value) || value.startsWith('localhost/');
  const bad = keys.flatMap((key) => {
    const value = annotations[key];
    return value === undefined || isGood(value) ? [] : [`${key}=${goQuote(value)}`];
  });
  if (bad.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${plural(bad.length, 'forbidden annotation', 'forbidden annotations')} ${unique(bad).join(', ')}`,
  };
};

const baselineSeccomp = byValues(badSeccomp, (setters, values) => ({
  reason: 'seccompProfile',
  detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
}));

const SYSCTLS: readonly (readonly [minor: number, names: string])[] = [
  [
    0,
    'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start',
  ],
  [27, 'net.ipv4.ip_local_reserved_ports'],
  [29, 'net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes'],
  [32, 'net.ipv4.tcp_rmem net.ipv4.tcp_wmem'],
];

function sysctls(minor: number): Check {
  const allowed = new Set(SYSCTLS.filter(([since]) => since <= minor).flatMap(([, names]) => names.split(' ')));
  return (pod) => {
    const bad = objectsAt(podContextOf(pod), 'sysctls')
      .map(nameOf)
      .filter((name) => !allowed.has(name));
    return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
  };
}

const windowsHostProcess = byValues(
  (context) => (objectAt(context, 'windowsOptions')?.['hostProcess'] === true ? 'true' : undefined),
  (setters) => ({ reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` }),
);

const allowPrivilegeEscalation = byContainers(
  'allowPrivilegeEscalation != false',
  (container) => contextOf(container)?.['allowPrivilegeEscalation'] !== false,
  (names) => `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`,
);

const RESTRICTED_CAPABILITIES = new Set(['NET_BIND_SERVICE']);

const restrictedCapabilities: Check = (pod) => {
  const keeping = containersOf(pod).filter((container) => !textsAt(objectAt(contextOf(container), 'capabilities'), 'drop').includes('ALL'));
  const added = addedBeyond(pod, RESTRICTED_CAPABILITIES);
  const details = [
    ...(keeping.length > 0 ? [`${containersText(keeping.map(nameOf))} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(added.names.length > 0 ? [addedText(added)] : []),
  ];
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

const RESTRICTED_VOLUMES = new Set(
  'name configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' '),
);

const restrictedVolumes: Check = (pod) => {
  const typesOf = (volume: JsonObject): string[] => Object.keys(volume).filter((member) => !RESTRICTED_VOLUMES.has(member));
  const bad = objectsAt(specOf(pod), 'volumes').filter((volume) => typesOf(volume).length > 0);
  if (bad.length === 0) return undefined;
  const types = unique(bad.flatMap(typesOf));
  const subject = `${plural(bad.length, 'volume', 'volumes')} ${quoted(bad.map(nameOf))} ${plural(bad.length, 'uses', 'use')}`;
  return {
    reason: 'restricted volume types',
    detail: `${subject} ${plural(types.length, 'restricted volume type', 'restricted volume types')} ${quoted(types)}`,
  };
};

const runAsNonRoot: Check = (pod) => {
  const said = (context: JsonObject | undefined): unknown => context?.['runAsNonRoot'];
  const [isPodBad, isPodGood] = [said(podContextOf(pod)) === false, said(podContextOf(pod)) === true];
  const bad = containersOf(pod)
    .filter((container) => said(contextOf(container)) === false)
    .map(nameOf);
  const reason = 'runAsNonRoot != true';
  if (isPodBad || bad.length > 0)
    return { reason, detail: `${settersText(isPodBad, bad)} must not set securityContext.runAsNonRoot=false` };
  const silent = containersOf(pod)
    .filter((container) => typeof said(contextOf(container)) !== 'boolean')
    .map(nameOf);
  if (isPodGood || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser = byValues(
  (context) => (numberAt(context, 'runAsUser') === 0 ? '0' : undefined),
  (setters) => ({ reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` }),
);

const restrictedSeccomp: Check = (pod) => {
  const explicit = baselineSeccomp(pod);
  if (explicit) return explicit;
  if (GOOD_SECCOMP.includes(seccompTypeOf(podContextOf(pod)))) return undefined;
  const silent = containersOf(pod)
    .filter((container) => seccompTypeOf(contextOf(container)) === '')
    .map(nameOf);
  if (silent.length === 0) return undefined;
  const detail = `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

/** Pods of Windows have nothing of the kind. */
const unlessWindows =
  (check: Check): Check =>
  (pod) =>
    isWindows(pod) ? undefined : check(pod);

/** What a pod with users of its own does as root, it does as nobody on the host. */
const unlessOwnUsers =
  (check: Check): Check =>
  (pod) =>
    specOf(pod)?.['hostUsers'] === false ? undefined : check(pod);

/** In the order in which violations are told: baseline first, each level by id. */
const ROWS: readonly Row[] = [
  { id: 'appArmorProfile', level: 'baseline', since: [[0, appArmorProfile]] },
  { id: 'capabilities_baseline', level: 'baseline', since: [[0, baselineCapabilities]] },
  { id: 'hostNamespaces', level: 'baseline', since: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', level: 'baseline', since: [[0, hostPathVolumes]] },
  { id: 'hostPorts', level: 'baseline', since: [[0, hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', since: [[34, probeHosts]] },
  { id: 'privileged', level: 'baseline', since: [[0, privileged]] },
  {
    id: 'procMount',
    level: 'baseline',
    since: [
      [0, procMount],
      [35, unlessOwnUsers(procMount)],
    ],
  },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    since: [
      [0, seLinuxOptions(SELINUX_TYPES)],
      [31, seLinuxOptions(new Set([...SELINUX_TYPES, 'container_engine_t']))],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    since: [
      [0, annotatedSeccomp],
      [19, baselineSeccomp],
    ],
  },
  { id: 'sysctls', level: 'baseline', since: SYSCTLS.map(([minor]) => [minor, sysctls(minor)] as const) },
  { id: 'windowsHostProcess', level: 'baseline', since: [[0, windowsHostProcess]] },
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    since: [
      [8, allowPrivilegeEscalation],
      [25, unlessWindows(allowPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    since: [
      [22, restrictedCapabilities],
      [25, unlessWindows(restrictedCapabilities)],
    ],
    overrides: 'capabilities_baseline',
  },
  { id: 'procMount_restricted', level: 'restricted', since: [[35, procMount]], overrides: 'procMount' },
  { id: 'restrictedVolumes', level: 'restricted', since: [[0, restrictedVolumes]], overrides: 'hostPathVolumes' },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    since: [
      [0, runAsNonRoot],
      [35, unlessOwnUsers(runAsNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    since: [
      [23, runAsUser],
      [35, unlessOwnUsers(runAsUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    since: [
      [19, restrictedSeccomp],
      [25, unlessWindows(restrictedSeccomp)],
    ],
    overrides: 'seccompProfile_baseline',
  },
];

const NEWEST_MINOR = 36;
const made = new Map<string, readonly Check[]>();

/** The checks of a level as of a minor version; `privileged` has none. */
export function checksOf(level: Level, version: number): readonly Check[] {
  const minor = Math.min(version, NEWEST_MINOR);
  const key = `${level}:${minor}`;
  const known = made.get(key);
  if (known) return known;
  const rows = level === 'privileged' ? [] : ROWS.filter((row) => row.level === 'baseline' || level === 'restricted');
  const current = rows.flatMap((row) => {
    const form = row.since.findLast(([since]) => since <= minor);
    return form ? [{ row, check: form[1] }] : [];
  });
  const overridden = new Set(current.map(({ row }) => row.overrides));
  const checks = current.filter(({ row }) => !overridden.has(row.id)).map(({ check }) => check);
  made.set(key, checks);
  return checks;
}
