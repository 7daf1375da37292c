// The little of S3 that the provider needs: requests signed with version 4 of Amazon's signatures, and what XML answers say.
import { createHash, createHmac } from 'node:crypto';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** An answer of 400 and above, by its code: NoSuchBucket, AccessDenied … */
export class S3Error extends Error {
  constructor(status, code, message) {
    super(`${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

/** The text of the answer. @throws S3Error */
export async function s3({ endpoint, region, accessKey, secretKey }, method, path, { query = {}, body = '', headers = {} } = {}) {
  const { host } = new URL(endpoint);
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const uri = path.split('/').map(encoded).join('/');
  const search = Object.keys(query)
    .sort()
    .map((name) => `${encoded(name)}=${encoded(query[name])}`)
    .join('&');
  const signed = { host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time };
  const names = Object.keys(signed).sort();
  const canonical = [method, uri, search, ...names.map((name) => `${name}:${signed[name]}`), '', names.join(';'), sha256(body)].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const key = [date, region, 's3', 'aws4_request'].reduce(hmac, `AWS4${secretKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const answer = await fetch(`${endpoint}${uri}${search && `?${search}`}`, {
    method,
    headers: { ...headers, ...signed, authorization },
    ...(body !== '' && { body }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new S3Error(answer.status, textOf(text, 'Code') ?? String(answer.status), textOf(text, 'Message') ?? text);
  return text;
}

/** The texts of all elements of that name. */
export const textsOf = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text]) => decoded(text));
export const textOf = (xml, name) => textsOf(xml, name)[0];

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#34': '"', '#39': "'" };
const decoded = (text) => text.replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole);
