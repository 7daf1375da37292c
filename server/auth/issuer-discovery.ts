/** How others find the keys of service account tokens (E3.7). */
import type { JsonObject } from '../../schemas/json-value.js';
import type { Reply } from '../reply.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';

export const KEY_SET_TYPE = 'application/jwk-set+json';
const CACHE = 'public, max-age=3600';

function document(contentType: string, value: JsonObject): Reply {
  return { code: 200, headers: { 'content-type': contentType, 'cache-control': CACHE }, body: [Buffer.from(JSON.stringify(value))] };
}

/** `/.well-known/openid-configuration`; `address` is the server's `host:port`. */
export function openidConfiguration({ issuer, keys }: ServiceAccountTokens, address: string): Reply {
  return document('application/json', {
    issuer,
    jwks_uri: `https://${address}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.map(({ algorithm }) => algorithm))],
  });
}

/** `/openid/v1/jwks` */
export function jsonWebKeySet({ keys }: ServiceAccountTokens): Reply {
  const list = keys.map(({ key, id, algorithm }) => ({
    use: 'sig',
    kid: id,
    alg: algorithm,
    ...(key.export({ format: 'jwk' }) as JsonObject),
  }));
  return document(KEY_SET_TYPE, { keys: list });
}
