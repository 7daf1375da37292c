/** The options of `serve` in a file: YAML or JSON, checked as a whole. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { parse } from 'yaml';
import type { ServerOptions } from '../server/index.js';

const strings = { type: 'array', items: { type: 'string' } };
const port = { type: 'integer', minimum: 0, maximum: 65535 };

const count = { type: 'integer', minimum: 0 };
const text = { type: 'string', minLength: 1 };
const closed = { type: 'object', additionalProperties: false };
const webhook = {
  ...closed,
  required: ['url'],
  properties: { url: text, certificateAuthority: text, token: text, cacheSeconds: { type: 'integer', minimum: 0 } },
};

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    dataDir: { type: 'string', minLength: 1 },
    memory: { type: 'boolean' },
    port,
    bindAddress: { type: 'string', minLength: 1 },
    insecurePort: port,
    profile: { enum: ['platform', 'kubernetes'] },
    tlsSan: strings,
    plugins: strings,
    controllers: strings,
    enableAdmissionPlugins: strings,
    disableAdmissionPlugins: strings,
    logLevel: { enum: ['trace', 'debug', 'info', 'warn', 'error', 'silent'] },
    serviceClusterIpRange: { type: 'string', minLength: 1 },
    serviceNodePortRange: { type: 'string', minLength: 1 },
    anonymousAuth: { type: 'boolean' },
    encryptionConfig: text,
    maxRequestsInflight: count,
    maxMutatingRequestsInflight: count,
    clientCaFile: text,
    serviceAccountKeyFiles: strings,
    serviceAccountIssuer: text,
    olderServiceAccountIssuers: strings,
    apiAudiences: strings,
    bootstrapTokens: { type: 'boolean' },
    oidc: {
      type: 'array',
      items: {
        ...closed,
        required: ['issuer', 'audiences'],
        properties: {
          issuer: text,
          audiences: { ...strings, minItems: 1 },
          usernameClaim: text,
          usernamePrefix: { type: 'string' },
          groupsClaim: text,
          groupsPrefix: { type: 'string' },
          requiredClaims: { type: 'object', additionalProperties: { type: 'string' } },
          certificateAuthority: text,
        },
      },
    },
    authenticationConfig: text,
    tokenWebhook: webhook,
    authorizationWebhook: webhook,
    auditPolicy: text,
    auditLog: {
      ...closed,
      required: ['path'],
      properties: { path: text, maxMegabytes: { type: 'number', exclusiveMinimum: 0 }, maxBackups: { type: 'integer', minimum: 0 } },
    },
    auditWebhook: { ...closed, required: ['url'], properties: { url: text, certificateAuthority: text, token: text } },
    frontProxy: {
      ...closed,
      required: ['certificateAuthority', 'allowedNames'],
      properties: { certificateAuthority: text, allowedNames: strings },
    },
    tokens: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['token', 'user'],
        properties: {
          token: { type: 'string', minLength: 1 },
          user: {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'groups'],
            properties: { name: { type: 'string', minLength: 1 }, uid: { type: 'string' }, groups: strings },
          },
        },
      },
    },
  },
};

/** Throws an Error with one line that names the file, the place and, for an unknown key, the likely one. */
export async function readConfigFile(file: string): Promise<Partial<ServerOptions>> {
  let value: unknown;
  try {
    value = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
  const validate = new Ajv({ allErrors: false, strict: false }).compile(schema);
  const options = value ?? {};
  if (!validate(options)) throw new Error(`${file}: ${explain(validate.errors![0]!)}`);
  return (await withAuthorities(options, dirname(file))) as Partial<ServerOptions>;
}

/** A `certificateAuthority` is PEM, or the path of a file from the configuration's folder on. */
async function withAuthorities(value: unknown, folder: string): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withAuthorities(item, folder)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, member]): Promise<[string, unknown]> => {
    const isFile = key === 'certificateAuthority' && typeof member === 'string' && !member.includes('-----BEGIN');
    return [key, isFile ? await readFile(resolve(folder, member), 'utf8') : await withAuthorities(member, folder)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function explain({ keyword, instancePath, message, params }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'additionalProperties') {
    const key = String((params as { additionalProperty: string }).additionalProperty);
    const likely = place === '' ? nearest(key, Object.keys(schema.properties)) : undefined;
    return `unknown option ${JSON.stringify(place === '' ? key : `${place}.${key}`)}${likely ? ` (did you mean ${JSON.stringify(likely)}?)` : ''}`;
  }
  const allowed = keyword === 'enum' ? `: ${(params as { allowedValues: string[] }).allowedValues.join(', ')}` : '';
  return `${place || 'the file'} ${message}${allowed}`;
}

/** The name that takes the fewest edits, if they are few. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_]/g, '');
  const ranked = names.map((name) => ({ name, edits: distance(plain(word), plain(name)) })).sort((a, b) => a.edits - b.edits);
  return ranked[0] && ranked[0].edits <= 3 ? ranked[0].name : undefined;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
