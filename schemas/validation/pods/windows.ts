/** What differs between the operating systems of pods. */
import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain } from '../../names.js';
import { invalidEach } from '../checks.js';
import { bytes, flagAt, objectAt, textAt } from '../members.js';
import { visitContainers } from './visit.js';

const CREDENTIAL_KIB_MAX = 64;
const DOMAIN_BYTES_MAX = 256;
const USER_BYTES_MAX = 104;
const CONTROL = /[\x00-\x1f\x7f]/;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/** `DOMAIN\user`, the domain optional. */
function userNameProblems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (CONTROL.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const problems: string[] = [];
  const user = parts.at(-1)!;
  if (parts.length === 2) {
    const domain = parts[0]!;
    if (bytes(domain) >= DOMAIN_BYTES_MAX) problems.push(`runAsUserName's Domain length must be under ${DOMAIN_BYTES_MAX} characters`);
    if (!NETBIOS.test(domain) && !domain.split('.').every((label) => DNS_LABEL.test(label)))
      problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') problems.push("runAsUserName's User cannot be empty");
  else if (bytes(user) > USER_BYTES_MAX) problems.push(`runAsUserName's User length must not be longer than ${USER_BYTES_MAX} characters`);
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) problems.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  return problems;
}

export function validateWindowsOptions(options: JsonObject | undefined, path: string, errors: FieldError[]): void {
  if (!options) return;
  const name = options['gmsaCredentialSpecName'] as string | undefined;
  if (name !== undefined) invalidEach(child(path, 'gmsaCredentialSpecName'), name, dnsSubdomain(name), errors);
  const credential = options['gmsaCredentialSpec'] as string | undefined;
  if (credential === '') errors.push(invalidValue(child(path, 'gmsaCredentialSpec'), '', 'gmsaCredentialSpec cannot be an empty string'));
  else if (credential !== undefined && bytes(credential) > CREDENTIAL_KIB_MAX * 1024)
    errors.push(
      invalidValue(child(path, 'gmsaCredentialSpec'), credential, `gmsaCredentialSpec size must be under ${CREDENTIAL_KIB_MAX} KiB`),
    );
  const user = options['runAsUserName'] as string | undefined;
  if (user !== undefined) invalidEach(child(path, 'runAsUserName'), user, userNameProblems(user), errors);
}

const windowsOptions = (owner: JsonObject): JsonObject | undefined => objectAt(objectAt(owner, 'securityContext'), 'windowsOptions');

/** HostProcess containers: all or none, and only in the host's network. */
export function validateHostProcess(spec: JsonObject, path: string, errors: FieldError[]): void {
  const podValue = windowsOptions(spec)?.['hostProcess'];
  let containers = 0;
  let hostProcesses = 0;
  visitContainers(spec, path, (container, at) => {
    containers++;
    const own = windowsOptions(container)?.['hostProcess'];
    if (podValue !== undefined && own !== undefined && podValue !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${podValue}`;
      errors.push(invalidValue(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if ((own ?? podValue) === true) hostProcesses++;
  });
  if (hostProcesses === 0) return;
  if (hostProcesses !== containers)
    errors.push(invalidValue(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  if (!flagAt(spec, 'hostNetwork'))
    errors.push(invalidValue(child(path, 'hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'));
}

/** `os`, and what the named system does not know. */
export function validateOs(spec: JsonObject, path: string, errors: FieldError[]): void {
  const os = objectAt(spec, 'os');
  if (!os) return;
  const name = textAt(os, 'name');
  if (name === '') errors.push(required(`${path}.os.name`));
  else if (name === 'linux') validateLinux(spec, path, errors);
  else if (name === 'windows') validateWindows(spec, path, errors);
  else errors.push(notSupported(child(path, 'os'), name, ['linux', 'windows']));
}

function validateLinux(spec: JsonObject, path: string, errors: FieldError[]): void {
  const check = (owner: JsonObject, at: string): void => {
    if (windowsOptions(owner))
      errors.push(forbiddenField(`${at}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod'));
  };
  check(spec, path);
  visitContainers(spec, path, check);
}

/** Members of the spec and of its security context, in the order of the findings. */
const NOT_ON_WINDOWS_POD = [
  ...['securityContext.appArmorProfile', 'securityContext.seLinuxOptions', 'hostUsers', 'hostPID', 'hostIPC'],
  ...['securityContext.seccompProfile', 'securityContext.fsGroup', 'securityContext.fsGroupChangePolicy', 'securityContext.sysctls'],
  ...['shareProcessNamespace', 'securityContext.runAsUser', 'securityContext.runAsGroup', 'securityContext.supplementalGroups'],
  ...['securityContext.supplementalGroupsPolicy', 'securityContext.seLinuxChangePolicy'],
];
const NOT_ON_WINDOWS_CONTAINER = [
  ...['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged'],
  ...['allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup'],
];

function validateWindows(spec: JsonObject, path: string, errors: FieldError[]): void {
  const forbid = (field: string): number => errors.push(forbiddenField(field, 'cannot be set for a windows pod'));
  const context = objectAt(spec, 'securityContext');
  for (const member of NOT_ON_WINDOWS_POD) {
    const name = member.replace('securityContext.', '');
    const owner = name === member ? spec : context;
    const value = owner?.[name];
    const unset = value === undefined || (name === 'sysctls' && (value as []).length === 0) || (/^host[PI]/.test(name) && value === false);
    if (!unset) forbid(child(path, member));
  }
  visitContainers(spec, path, (container, at) => {
    const own = objectAt(container, 'securityContext');
    for (const member of NOT_ON_WINDOWS_CONTAINER) if (own?.[member] !== undefined) forbid(`${at}.securityContext.${member}`);
  });
}
