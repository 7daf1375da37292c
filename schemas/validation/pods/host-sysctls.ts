import type { JsonObject } from '../../json-value.js';
import { flagAt } from '../members.js';

const IPC_SYSCTLS = new Set([
  ...['kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced', 'kernel.shm'],
  ...['kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni', 'kernel.msg'],
]);

/** Why a sysctl of a namespace cannot be set where the pod shares that namespace with the host; '' where it can. */
export function hostSysctlProblem(sysctl: string, spec: JsonObject): string {
  const firstSeparator = sysctl.search(/[./]/);
  const name = (sysctl[firstSeparator] === '/' ? swapSeparators(sysctl) : sysctl).split('*')[0]!;
  if (flagAt(spec, 'hostNetwork') && name.startsWith('net.')) return "may not be specified when 'hostNetwork' is true";
  if (flagAt(spec, 'hostIPC') && (IPC_SYSCTLS.has(name) || name.startsWith('fs.mqueue.')))
    return "may not be specified when 'hostIPC' is true";
  return '';
}

const swapSeparators = (name: string): string => name.replace(/[./]/g, (c) => (c === '.' ? '/' : '.'));
