/** Continue tokens (R6.24): unpadded base64url of the revision and the key to go on after, relative to the collection. */
import { badRequest } from '../schemas/status.js';

const VERSION = 'meta.k8s.io/v1';

/** `revision` -1 goes on at whatever is current (R6.31). `key` is a whole storage key under `prefix`. */
export function encodeContinue(prefix: string, key: string, revision: number): string {
  const text = JSON.stringify({ v: VERSION, rv: revision, start: `${key.slice(prefix.length)}\u0000` });
  return Buffer.from(text).toString('base64url');
}

/** Throws 400 for a token that this server did not make. */
export function decodeContinue(prefix: string, token: string): { after: string; revision: number } {
  const bad = (why: string): never => {
    throw badRequest(`invalid continue token: ${why}`);
  };
  const notValid = (why: string): never => bad(`continue key is not valid: ${why}`);
  if (!/^[A-Za-z0-9_-]*$/.test(token)) {
    const at = [...token].findIndex((c) => !/[A-Za-z0-9_-]/.test(c));
    return notValid(`illegal base64 data at input byte ${at}`);
  }
  if (token.length % 4 === 1) return notValid(`illegal base64 data at input byte ${token.length - 1}`);
  let fields: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    fields = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return notValid(jsonWhy(Buffer.from(token, 'base64url').toString('utf8')));
  }
  if (typeof fields !== 'object' || fields === null || fields.v !== VERSION)
    return notValid(`server does not recognize this encoded version ${String(fields?.v ?? '')}`);
  if (!Number.isSafeInteger(fields.rv) || fields.rv === 0) return notValid(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (typeof fields.start !== 'string' || fields.start === '') return notValid(`encoded start key empty (version ${VERSION})`);
  const start = fields.start;
  if (start.split('/').some((part) => part === '..' || part === '.') || start.includes('//')) return notValid(start);
  return { after: prefix + start.replace(/\u0000$/, ''), revision: fields.rv as number };
}

function jsonWhy(text: string): string {
  if (text.trim() === '') return 'unexpected end of JSON input';
  return `invalid character '${text.trim()[0]}' looking for beginning of value`;
}
