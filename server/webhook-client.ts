/** POSTs a review to a webhook over TLS and reads the JSON that comes back (B8.3, B8.6). No retries. */
import { isIP } from 'node:net';
import { kindOf } from '../schemas/builtin/scalars.js';
import { isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { decodeJson, encodeJson } from '../schemas/wire/json.js';
import { decodeYaml } from '../schemas/wire/yaml.js';
import type { Dispatcher } from 'undici';
import type { WebhookAddress } from './webhook-address.js';

export interface WebhookCall {
  address: WebhookAddress;
  /** PEM, base64, as in the clientConfig; `''` trusts the roots of the system. */
  caBundle: string;
  timeoutSeconds: number;
  body: JsonObject;
}

interface Reply {
  code: number;
  text: Buffer;
  type: string;
  /** Empty where there is none. */
  location: string;
}

/** The webhook answered with a code that is no success. */
export class AnswerError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
const IDLE_MS = 30_000;
const agents = new Map<string, Dispatcher>();
const AGENTS_MAX = 64;

/** The answer; throws an Error whose message is what Go's client would say, an AnswerError where there is one. Redirects are followed as by Go's. */
export async function callWebhook({ address, caBundle, timeoutSeconds, body }: WebhookCall): Promise<JsonValue> {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  let hop: Hop = { address, target: `${address.url}?timeout=${timeoutSeconds}s`, body: encodeJson(body), referer: '' };
  let answer = await send(hop, caBundle, signal);
  for (let hops = 1; REDIRECTS.has(answer.code) && answer.location !== ''; hops++) {
    if (hops === HOPS_MAX) throw failed(answer.location, `stopped after ${HOPS_MAX} redirects`);
    hop = redirected(hop, answer);
    answer = await send(hop, caBundle, signal);
  }
  if (answer.code < 200 || answer.code > 206) throw new AnswerError(answer.code, refusal(answer));
  if (answer.text.length === 0) throw new Error(`0-length response with status code: ${answer.code} and content type: ${answer.type}`);
  return read(answer.text);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** These are followed with the review once more, the others by asking for what is there. */
const REPEATING: ReadonlySet<number> = new Set([307, 308]);
const HOPS_MAX = 10;

interface Hop {
  address: WebhookAddress;
  /** The whole URL. */
  target: string;
  /** undefined: a GET. */
  body: string | undefined;
  referer: string;
}

/** Errors name the method of the first hop. */
const failed = (target: string, why: string): Error => new Error(`Post ${JSON.stringify(target)}: ${why}`);

async function send({ address, target, body, referer }: Hop, caBundle: string, signal: AbortSignal): Promise<Reply> {
  const { request } = await import('undici');
  const url = new URL(target);
  try {
    const {
      statusCode,
      headers,
      body: text,
    } = await request(`${address.origin}${url.pathname}${url.search}`, {
      dispatcher: await agentOf(address, caBundle),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        host: url.host,
        accept: 'application/json, */*',
        'user-agent': 'kube-apiserver-admission',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(referer !== '' && { referer }),
      },
      ...(body !== undefined && { body }),
      signal,
    });
    return {
      code: statusCode,
      text: Buffer.from(await text.arrayBuffer()),
      type: String(headers['content-type'] ?? ''),
      location: String(headers['location'] ?? ''),
    };
  } catch (error) {
    throw failed(target, explain(error as NodeJS.ErrnoException, address));
  }
}

/** Where the answer leads. A service's name goes on being what the certificate must have. */
function redirected({ address, target, body }: Hop, { code, location }: Reply): Hop {
  const unreadable = (why: string): Error => {
    const given = JSON.stringify(location);
    return failed(target, `failed to parse Location header ${given}: parse ${given}: ${why}`);
  };
  if (location.startsWith(':')) throw unreadable('missing protocol scheme');
  if (!URL.canParse(location, target)) throw unreadable('invalid URL');
  const next = new URL(location, target);
  if (!/^https?:$/.test(next.protocol))
    throw failed(next.href, `unsupported protocol scheme ${JSON.stringify(next.protocol.slice(0, -1))}`);
  const from = new URL(address.url);
  const isService = from.origin !== address.origin;
  return {
    address: {
      url: next.href,
      origin: next.origin === from.origin ? address.origin : next.origin,
      serverName: isService ? address.serverName : next.hostname,
    },
    target: next.href,
    body: REPEATING.has(code) ? body : undefined,
    referer: next.protocol === 'https:' || target.startsWith('http:') ? target : '',
  };
}

const TYPE_META = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** JSON, or YAML, which a bare word is too: an object or null. */
function read(text: Buffer): JsonValue {
  const failed = (why: string): Error => new Error(`couldn't get version/kind; json parse error: ${why}`);
  let value: JsonValue;
  try {
    value = decodeJson(text).value;
  } catch (error) {
    if (/^\s*[[{]/.test(text.toString('utf8', 0, 64))) throw failed((error as Error).message);
    try {
      value = decodeYaml(text).value ?? null;
    } catch {
      throw failed((error as Error).message);
    }
  }
  if (value === null || isObject(value)) return value;
  throw failed(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${TYPE_META}`);
}

/** One pool of connections for each place and trust. */
async function agentOf({ origin, serverName }: WebhookAddress, caBundle: string): Promise<Dispatcher> {
  const key = `${origin} ${serverName} ${caBundle}`;
  const known = agents.get(key);
  if (known) return known;
  const { Agent } = await import('undici');
  const made = new Agent({
    keepAliveTimeout: IDLE_MS,
    maxResponseSize: ANSWER_BYTES_MAX,
    connect: {
      ...(isIP(serverName) === 0 && { servername: serverName }),
      // Go takes any certificate of the bundle for an anchor, the server's own too
      allowPartialTrustChain: true,
      ...(caBundle !== '' && { ca: Buffer.from(caBundle, 'base64') }),
    },
  });
  if (agents.size >= AGENTS_MAX) forgetOldest();
  agents.set(key, made);
  return made;
}

function forgetOldest(): void {
  const [[key, agent]] = agents as unknown as [[string, Dispatcher]];
  agents.delete(key);
  void agent.close();
}

function explain(error: NodeJS.ErrnoException, { origin, serverName }: WebhookAddress): string {
  const { code = '', name } = error;
  const place = origin.replace(/^https?:\/\//, '');
  if (name === 'TimeoutError' || (code.startsWith('UND_ERR_') && code.endsWith('_TIMEOUT'))) return 'context deadline exceeded';
  if (code === 'ECONNREFUSED') return `dial tcp ${place}: connect: connection refused`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${place.replace(/:\d+$/, '')}: no such host`;
  if (code === 'ECONNRESET') return `read tcp ${place}: read: connection reset by peer`;
  if (code === 'UND_ERR_SOCKET') return 'EOF';
  const certificate = CERTIFICATE_ERRORS[code];
  if (certificate) return `tls: failed to verify certificate: x509: ${certificate(serverName)}`;
  return error.message;
}

const unknownAuthority = (): string => 'certificate signed by unknown authority';
const CERTIFICATE_ERRORS: Record<string, (serverName: string) => string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_HAS_EXPIRED: () => 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: () => 'certificate has expired or is not yet valid',
  ERR_TLS_CERT_ALTNAME_INVALID: (serverName) => `certificate is not valid for any names, but wanted to match ${serverName}`,
};

/** What a Go client makes of a status that is no success: the Status in the body, or words for the code. */
function refusal({ code, text, type }: Reply): string {
  const message = statusMessage(text);
  if (message !== undefined) return message;
  const known = REFUSALS[code];
  if (known) return known;
  if (code === 500 || code > 504)
    return `an error on the server (${JSON.stringify(((type === '' || type.startsWith('text/')) && text.toString('utf8', 0, 2048).trim()) || 'unknown')}) has prevented the request from succeeding`;
  return `the server responded with the status code ${code} but did not return more information`;
}

function statusMessage(text: Buffer): string | undefined {
  try {
    const value = decodeJson(text).value as { kind?: unknown; message?: unknown } | null;
    return value?.kind === 'Status' && typeof value.message === 'string' ? value.message : undefined;
  } catch {
    return undefined;
  }
}

const REFUSALS: Record<number, string> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};
