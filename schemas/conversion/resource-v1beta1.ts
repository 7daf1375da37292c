/** resource.k8s.io/v1beta1 has requests without `exactly`, and devices with their facts in `basic`. */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';

const objectsIn = (list: JsonValue | undefined): JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);
const objectIn = (object: JsonValue | undefined, name: string): JsonValue | undefined => (isObject(object) ? object[name] : undefined);

const requestsOf = (spec: JsonValue | undefined): JsonObject[] => objectsIn(objectIn(objectIn(spec, 'devices'), 'requests'));

export const claimFromBeta1 = (claim: JsonObject): void => requestsOf(claim['spec']).forEach(nestRequest);
export const claimToBeta1 = (claim: JsonObject): void => requestsOf(claim['spec']).forEach(flattenRequest);
export const claimTemplateFromBeta1 = (template: JsonObject): void => requestsOf(objectIn(template['spec'], 'spec')).forEach(nestRequest);
export const claimTemplateToBeta1 = (template: JsonObject): void => requestsOf(objectIn(template['spec'], 'spec')).forEach(flattenRequest);

function nestRequest(request: JsonObject): void {
  const exactly: JsonObject = {};
  for (const [name, value] of Object.entries(request)) {
    if (name === 'name' || name === 'firstAvailable') continue;
    if (value !== '') exactly[name] = value;
    delete request[name];
  }
  if (Object.keys(exactly).length > 0) request['exactly'] = exactly;
}

function flattenRequest(request: JsonObject): void {
  const { exactly } = request;
  delete request['exactly'];
  if (isObject(exactly)) Object.assign(request, exactly);
}

const devicesOf = (slice: JsonObject): JsonObject[] => objectsIn(objectIn(slice['spec'], 'devices'));

export function sliceFromBeta1(slice: JsonObject): void {
  for (const device of devicesOf(slice)) {
    const { basic } = device;
    delete device['basic'];
    if (isObject(basic)) Object.assign(device, basic);
  }
}

export function sliceToBeta1(slice: JsonObject): void {
  for (const device of devicesOf(slice)) {
    const basic: JsonObject = {};
    for (const [name, value] of Object.entries(device)) {
      if (name === 'name') continue;
      basic[name] = value;
      delete device[name];
    }
    device['basic'] = basic;
  }
}
