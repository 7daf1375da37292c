/** The EncryptionConfiguration of apiserver.config.k8s.io/v1 (G1.1), from a file to the providers of each resource. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import type { GroupResource } from '../../storage/keys.js';
import { type Cipher, ciphers } from './ciphers.js';

/** One key of one provider. */
export interface Provider {
  /** What a value that it wrote begins with; empty for identity, which writes values as they are. */
  prefix: string;
  cipher: Cipher | undefined;
  key: Buffer;
}

/** The first one writes, all of them read; undefined: the resource is not mentioned. */
export type ProvidersOf = (resource: GroupResource) => readonly Provider[] | undefined;

export const ENCRYPTED_PREFIX = 'k8s:enc:';

/** Throws an Error with one line that names the file and the place. */
export function readEncryptionConfiguration(file: string): ProvidersOf {
  try {
    return encryptionConfiguration(parse(readFileSync(file, 'utf8')) as JsonValue);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** Throws an Error with one line that names the place. */
export function encryptionConfiguration(value: JsonValue): ProvidersOf {
  if (!isObject(value) || value['kind'] !== 'EncryptionConfiguration' || value['apiVersion'] !== 'apiserver.config.k8s.io/v1')
    throw new Error('no EncryptionConfiguration of apiserver.config.k8s.io/v1');
  const entries = nonEmptyList(value, 'resources', '').map((entry, i) => {
    const place = `resources[${i}]`;
    const resources = nonEmptyList(entry, 'resources', place).map((name, j) => resourceName(name, `${place}.resources[${j}]`));
    const providers = nonEmptyList(entry, 'providers', place).flatMap((p, j) => providersOf(p, `${place}.providers[${j}]`));
    return { resources, providers };
  });
  return (resource) => entries.find(({ resources }) => resources.some((name) => covers(name, resource)))?.providers;
}

function nonEmptyList(parent: JsonValue, name: string, place: string): JsonValue[] {
  const at = place === '' ? name : `${place}.${name}`;
  const found = isObject(parent) ? parent[name] : undefined;
  if (!Array.isArray(found) || found.length === 0) throw new Error(`${at}: at least one is required`);
  return found;
}

function resourceName(name: JsonValue, place: string): string {
  if (typeof name !== 'string' || name === '')
    throw new Error(`${place}: must be the name of a resource, as secrets or widgets.example.com`);
  if (name !== name.toLowerCase()) throw new Error(`${place}: resource name should not contain capital letters`);
  if (name === '*') throw new Error(`${place}: use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources`);
  return name;
}

/** `secrets`, `widgets.example.com`, `*.` (all of the core group), `*.example.com`, `*.*`. */
function covers(pattern: string, { group, resource }: GroupResource): boolean {
  if (pattern === '*.*') return true;
  if (pattern.startsWith('*.')) return group === pattern.slice(2);
  return pattern === (group === '' ? resource : `${resource}.${group}`);
}

function providersOf(value: JsonValue, place: string): Provider[] {
  const names = isObject(value) ? Object.keys(value) : [];
  const [name] = names;
  if (name === undefined)
    throw new Error(`${place}: provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity`);
  if (names.length > 1)
    throw new Error(`${place}: more than one provider specified in a single element, should split into different list elements`);
  if (name === 'identity') return [{ prefix: '', cipher: undefined, key: Buffer.alloc(0) }];
  if (name === 'kms') throw new Error(`${place}.kms: a key management service is not supported: use secretbox, aesgcm or aescbc`);
  if (!Object.hasOwn(ciphers, name)) throw new Error(`${place}: unknown provider ${JSON.stringify(name)}`);
  const cipher = ciphers[name as keyof typeof ciphers];
  return nonEmptyList((value as JsonObject)[name]!, 'keys', `${place}.${name}`).map((key, i) => {
    const at = `${place}.${name}.keys[${i}]`;
    const { name: keyName, secret } = isObject(key) ? key : ({} as JsonObject);
    if (typeof keyName !== 'string' || keyName === '' || keyName.includes(':'))
      throw new Error(`${at}.name: a name without colons is required`);
    return { prefix: `${ENCRYPTED_PREFIX}${name}:v1:${keyName}:`, cipher, key: secretKey(secret, cipher, `${at}.secret`) };
  });
}

function secretKey(secret: JsonValue | undefined, { keyBytes }: Cipher, place: string): Buffer {
  if (typeof secret !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(secret)) throw new Error(`${place}: secrets must be base64 encoded`);
  const key = Buffer.from(secret, 'base64');
  if (!keyBytes.includes(key.length))
    throw new Error(`${place}: secret is not of the expected length, got ${key.length}, expected one of [${keyBytes.join(' ')}]`);
  return key;
}
