/** Conversion of custom resources by webhook (B8): the call around what `schemas/crd/conversion.ts` sends and accepts. */
import {
  ConversionError,
  conversionFailed,
  conversionReview,
  conversionWebhookOf,
  convertedObjects,
  needsConversion,
  type ConversionRequest,
} from '../schemas/crd/conversion.js';
import type { Definition } from '../schemas/crd/definition.js';
import type { JsonObject } from '../schemas/json-value.js';
import { rawError } from '../schemas/status.js';
import { textAt } from '../schemas/validation/members.js';
import type { Store } from '../storage/store.js';
import { webhookAddress } from './webhook-address.js';
import { callWebhook } from './webhook-client.js';

const TIMEOUT_SECONDS = 30;

/** Objects of any versions into one. All in one call, none that are there already (B8.1). */
export type ConvertByWebhook = (objects: readonly JsonObject[], apiVersion: string) => Promise<JsonObject[]>;

/** The webhook of a definition as a function; undefined with strategy None. It throws a 500 in the words of B8.3. */
export function conversionByWebhook(store: Store, cluster: string, uuid: () => string, crd: Definition): ConvertByWebhook | undefined {
  const webhook = conversionWebhookOf(crd);
  if (!webhook) return undefined;
  const { clientConfig, reviewVersion } = webhook;
  const send = async (request: ConversionRequest): Promise<JsonObject[]> => {
    let answer: Awaited<ReturnType<typeof callWebhook>>;
    try {
      const address = webhookAddress(store, cluster, clientConfig);
      answer = await callWebhook({
        address,
        caBundle: textAt(clientConfig, 'caBundle'),
        timeoutSeconds: TIMEOUT_SECONDS,
        body: conversionReview(request),
      });
    } catch (error) {
      throw conversionFailed(request, (error as Error).message);
    }
    return convertedObjects(request, answer);
  };
  return async (objects, apiVersion) => {
    const sent = objects.filter((object) => needsConversion(object, apiVersion));
    const request = {
      reviewVersion,
      uid: uuid(),
      desiredApiVersion: apiVersion,
      objects: sent,
    };
    try {
      const converted = sent.length > 0 ? await send(request) : [];
      let next = 0;
      return objects.map((object) => (needsConversion(object, apiVersion) ? converted[next++]! : { ...object, apiVersion }));
    } catch (error) {
      throw error instanceof ConversionError ? rawError(error.message) : error;
    }
  };
}
