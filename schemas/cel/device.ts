/** What selectors of devices may use: the device that a driver tells of. */
import { type Environment, environment } from './environment.js';

import { BOOL, type CelType, DYN, mapOf, opaque, STRING, struct } from './types.js';

/** The cost of a selector in the worst case. */
export const SELECTOR_COST_MAX = 1_000_000;

const PER_DEVICE_MAX = 32;
const DRIVER_BYTES_MAX = 63;
const IDENTIFIER_BYTES_MAX = 32;
const VALUE_BYTES_MAX = 64;

const sized = (type: CelType, maxElements: number): CelType => ({ ...type, maxElements });

/** By domain and identifier. */
const qualified = (value: CelType): CelType => {
  const inner = sized(mapOf(sized(STRING, IDENTIFIER_BYTES_MAX), value), PER_DEVICE_MAX);
  return sized(mapOf(sized(STRING, DRIVER_BYTES_MAX), inner), PER_DEVICE_MAX);
};

const DEVICE = struct(
  'kubernetes.DRADevice',
  new Map([
    ['driver', sized(STRING, DRIVER_BYTES_MAX)],
    ['attributes', qualified(sized(DYN, VALUE_BYTES_MAX))],
    ['capacity', qualified(sized(opaque('kubernetes.Quantity'), VALUE_BYTES_MAX))],
    ['allowMultipleAllocations', BOOL],
  ]),
);

let environmentOfDevices: Environment | undefined;

/** The environment of `selectors[].cel.expression`. */
export function deviceEnvironment(): Environment {
  environmentOfDevices ??= environment({ variables: { device: DEVICE } });
  return environmentOfDevices;
}
