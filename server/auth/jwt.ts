/** JSON Web Tokens of the server's own making: ES256 and RS256, nothing else (E3.4). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { isObject, type JsonObject } from '../../schemas/json-value.js';

export interface SigningKey {
  algorithm: 'ES256' | 'RS256';
  private: KeyObject;
  public: VerifyingKey;
}
export interface VerifyingKey {
  algorithm: 'ES256' | 'RS256';
  key: KeyObject;
  /** base64url(SHA-256 of the DER SPKI) */
  id: string;
}
export interface Jwt {
  header: JsonObject;
  claims: JsonObject;
  /** What was signed, and the signature. */
  signed: Buffer;
  signature: Buffer;
}

/** Throws where the key is neither RSA nor P-256. */
export function verifyingKey(pem: string | KeyObject): VerifyingKey {
  const key = createPublicKey(pem);
  const algorithm = algorithmOf(key);
  const id = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { algorithm, key, id };
}

export function signingKey(pem: string): SigningKey {
  const key = createPrivateKey(pem);
  return { algorithm: algorithmOf(key), private: key, public: verifyingKey(key) };
}

function algorithmOf(key: KeyObject): 'ES256' | 'RS256' {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  throw new Error(`keys of service accounts are RSA or P-256, not ${key.asymmetricKeyType ?? 'secret'}`);
}

const encode = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const ENCODING = { dsaEncoding: 'ieee-p1363' } as const;

export function signJwt(key: SigningKey, claims: JsonObject): string {
  const text = `${encode({ alg: key.algorithm, kid: key.public.id })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key: key.private, ...ENCODING }).toString('base64url')}`;
}

/** The parts of a compact JWT, not verified; undefined where it is none. */
export function readJwt(token: string): Jwt | undefined {
  const parts = token.split('.', 4);
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]*$/.test(part))) return undefined;
  const [head, body, signature] = parts as [string, string, string];
  try {
    const [header, claims] = [head, body].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown);
    if (!isObject(header) || !isObject(claims)) return undefined;
    return { header, claims, signed: Buffer.from(`${head}.${body}`), signature: Buffer.from(signature, 'base64url') };
  } catch {
    return undefined;
  }
}

/** Whether one of the keys has signed it, by the key's own algorithm: what the token's header says of it only narrows the choice. */
export function isSignedBy({ header, signed, signature }: Jwt, keys: readonly VerifyingKey[]): boolean {
  return keys.some(({ algorithm, key, id }) => {
    if (header['alg'] !== algorithm || (header['kid'] !== undefined && header['kid'] !== id)) return false;
    return verify('sha256', signed, { key, ...ENCODING }, signature);
  });
}
