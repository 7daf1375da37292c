import type { FieldError } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { labelValue } from '../../names.js';
import { isValidSelector } from '../label-selector.js';
import { flagAt, numberAt, objectAt, objectsAt, present, textAt, textsAt } from '../members.js';
import { affinityTerms, requiredNodeTerms } from './affinity.js';
import { isValidDeletionCost } from './deletion-cost.js';
import { hostSysctlProblem } from './host-sysctls.js';
import { validateLocalPath } from './paths.js';
import { hasIndivisibleHugePages } from './resources.js';
import { hasValidMatchLabelKeys } from './topology-spread.js';
import { containersOf, hasUserNamespace, isSidecar } from './visit.js';

/** What is allowed because of where a pod spec stands, or because the stored object already does it. */
export interface PodOptions {
  /** The spec of a Pod, not of a template. */
  isPod: boolean;
  allowInvalidDeletionCost: boolean;
  allowIndivisibleHugePages: boolean;
  allowInvalidAffinitySelectors: boolean;
  allowInvalidNodeTerms: boolean;
  allowInvalidSpreadSelectors: boolean;
  /** The stored spec breaks the newer rules for `matchLabelKeys`: the older ones hold. */
  oldMatchLabelKeys: boolean;
  allowNonLocalTokenPaths: boolean;
  allowHostSysctls: boolean;
  allowAnySELinuxChangePolicy: boolean;
  allowNumericTolerations: boolean;
  allowDevicesInUserNamespace: boolean;
  allowHostNetworkInUserNamespace: boolean;
  allowRestartOfInitContainers: boolean;
}

const NEW: Omit<PodOptions, 'isPod'> = {
  allowInvalidDeletionCost: false,
  allowIndivisibleHugePages: false,
  allowInvalidAffinitySelectors: false,
  allowInvalidNodeTerms: false,
  allowInvalidSpreadSelectors: false,
  oldMatchLabelKeys: false,
  allowNonLocalTokenPaths: false,
  allowHostSysctls: false,
  allowAnySELinuxChangePolicy: false,
  allowNumericTolerations: false,
  allowDevicesInUserNamespace: false,
  allowHostNetworkInUserNamespace: false,
  allowRestartOfInitContainers: false,
};

/** Options for a pod or template; `old` is the stored pod or template of an update: `{metadata, spec}`. */
export function podOptions(isPod: boolean, old?: JsonObject): PodOptions {
  if (!old) return { isPod, ...NEW };
  const spec = objectAt(old, 'spec') ?? {};
  const spread = objectsAt(spec, 'topologySpreadConstraints');
  const terms = affinityTerms(spec);
  return {
    isPod,
    allowInvalidDeletionCost: !isValidDeletionCost(objectAt(objectAt(old, 'metadata'), 'annotations')),
    allowIndivisibleHugePages: hasIndivisibleHugePages(spec),
    allowInvalidAffinitySelectors: terms.some(
      (term) => !isValidSelector(objectAt(term, 'labelSelector')) || !isValidSelector(objectAt(term, 'namespaceSelector')),
    ),
    allowInvalidNodeTerms: requiredNodeTerms(spec).some((term) =>
      objectsAt(term, 'matchExpressions').some((each) => textsAt(each, 'values').some((value) => labelValue(value).length > 0)),
    ),
    allowInvalidSpreadSelectors: spread.some((constraint) => !isValidSelector(objectAt(constraint, 'labelSelector'))),
    oldMatchLabelKeys: spread.some((constraint) => !hasValidMatchLabelKeys(constraint)),
    allowNonLocalTokenPaths: tokenPaths(spec).some((path) => !isLocalPath(path)),
    allowHostSysctls: objectsAt(objectAt(spec, 'securityContext'), 'sysctls').some(
      (sysctl) => hostSysctlProblem(textAt(sysctl, 'name'), spec) !== '',
    ),
    allowAnySELinuxChangePolicy: objectAt(spec, 'securityContext')?.['seLinuxChangePolicy'] !== undefined,
    allowNumericTolerations: objectsAt(spec, 'tolerations').some(({ operator }) => operator === 'Lt' || operator === 'Gt'),
    allowDevicesInUserNamespace:
      hasUserNamespace(spec) && containersOf(spec).some((container) => objectsAt(container, 'volumeDevices').length > 0),
    allowHostNetworkInUserNamespace: hasUserNamespace(spec) && flagAt(spec, 'hostNetwork'),
    allowRestartOfInitContainers: objectsAt(spec, 'initContainers').some(
      (container) =>
        !isSidecar(container) && objectsAt(container, 'resizePolicy').some(({ restartPolicy }) => restartPolicy === 'RestartContainer'),
    ),
  };
}

function tokenPaths(spec: JsonObject): string[] {
  return objectsAt(spec, 'volumes')
    .flatMap((volume) => [...objectsAt(objectAt(volume, 'projected'), 'sources')])
    .flatMap((source) => present(objectAt(source, 'serviceAccountToken')))
    .map((token) => textAt(token, 'path'));
}

function isLocalPath(path: string): boolean {
  const errors: FieldError[] = [];
  validateLocalPath(path, '', errors);
  return errors.length === 0;
}

/** The grace period of a spec; undefined where it is absent. */
export const gracePeriodOf = (spec: JsonObject): number | undefined => numberAt(spec, 'terminationGracePeriodSeconds');
