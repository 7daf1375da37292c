/** URLs as Go reads them, with its words for what is wrong with one. */
import { AddressError, parseAddress } from './address.js';
import { goQuote } from './field-errors.js';

export interface Url {
  /** In lower case. */
  scheme: string;
  /** What follows a scheme without a slash: `a@b` of `mailto:a@b`. */
  opaque: string;
  /** Name and password, escaped where they must be. */
  user: string | undefined;
  /** With its port, unescaped. */
  host: string;
  /** As written. */
  path: string;
  query: string;
  fragment: string;
}

/** A URL with or without scheme; or the problem with it. */
export function parseUrl(text: string): Url | string {
  const mark = text.indexOf('#');
  const before = mark < 0 ? text : text.slice(0, mark);
  const fragment = mark < 0 ? '' : text.slice(mark + 1);
  const url = parsed(before, false);
  if (typeof url === 'string') return refused(before, url);
  const problem = escapeProblem(fragment);
  return problem === undefined ? { ...url, fragment } : refused(text, problem);
}

/** An absolute URI, or an absolute path, as the first line of a request has it; or the problem with it. */
export function parseRequestUri(text: string): Url | string {
  const url = parsed(text, true);
  return typeof url === 'string' ? refused(text, url) : url;
}

const refused = (text: string, problem: string): string => `parse ${goQuote(text)}: ${problem}`;

function parsed(text: string, isRequest: boolean): Url | string {
  if (/[\x00-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL';
  if (text === '' && isRequest) return 'empty url';
  const url: Url = { scheme: '', opaque: '', user: undefined, host: '', path: text, query: '', fragment: '' };
  if (text === '*') return url;
  if (text.startsWith(':')) return 'missing protocol scheme';
  url.scheme = (/^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(text)?.[0] ?? '').toLowerCase();
  const rest = url.scheme === '' ? text : text.slice(url.scheme.length + 1);
  const mark = rest.indexOf('?');
  url.path = mark < 0 ? rest : rest.slice(0, mark);
  url.query = mark < 0 ? '' : rest.slice(mark + 1);
  if (!url.path.startsWith('/')) {
    if (url.scheme !== '') return { ...url, opaque: url.path, path: '' };
    if (isRequest) return 'invalid URI for request';
    if (url.path.split('/', 1)[0]!.includes(':')) return 'first path segment in URL cannot contain colon';
  }
  const hasAuthority = url.path.startsWith('//') && (url.scheme !== '' || (!isRequest && !url.path.startsWith('///')));
  const problem = hasAuthority ? readAuthority(url) : undefined;
  return problem ?? escapeProblem(url.path) ?? url;
}

/** Takes user and host off the path. */
function readAuthority(url: Url): string | undefined {
  const end = url.path.indexOf('/', 2);
  const authority = url.path.slice(2, end < 0 ? undefined : end);
  url.path = end < 0 ? '' : url.path.slice(end);
  const at = authority.lastIndexOf('@');
  const written = authority.slice(at + 1);
  const problem = written.startsWith('[') ? bracketedProblem(written) : hostProblem(written);
  if (problem !== undefined) return problem;
  url.host = unescaped(written);
  if (at < 0) return undefined;
  const user = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) return 'net/url: invalid userinfo';
  const colon = user.indexOf(':');
  url.user = colon < 0 ? userEscaped(user) : `${userEscaped(user.slice(0, colon))}:${userEscaped(user.slice(colon + 1))}`;
  return escapeProblem(user);
}

const userEscaped = (text: string): string =>
  encodeURIComponent(unescaped(text))
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(24|26|2B|2C|3B|3D)/g, (hex) => decodeURIComponent(hex));

const invalidPort = (port: string): string | undefined => (/^(:\d*)?$/.test(port) ? undefined : `invalid port ${goQuote(port)} after host`);

function hostProblem(host: string): string | undefined {
  if (host.includes('[')) return 'invalid IP-literal';
  const colon = host.indexOf(':');
  return (colon < 0 ? undefined : invalidPort(host.slice(colon))) ?? hostEscapeProblem(host);
}

/** `[fe80::1%25en0]:80`: nothing but an IPv6 address stands in brackets. */
function bracketedProblem(host: string): string | undefined {
  const end = host.lastIndexOf(']');
  if (end < 0) return "missing ']' in host";
  const inner = host.slice(1, end);
  const zone = inner.indexOf('%25');
  const problem =
    invalidPort(host.slice(end + 1)) ??
    hostEscapeProblem(zone < 0 ? inner : inner.slice(0, zone)) ??
    (zone < 0 ? undefined : zoneEscapeProblem(inner.slice(zone)));
  if (problem !== undefined) return problem;
  try {
    return parseAddress(unescaped(inner)).bytes.length === 4 ? 'invalid IP-literal' : undefined;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return `invalid host: ${error.message}`;
  }
}

const BAD_ESCAPE = /%(?![0-9a-fA-F]{2}).{0,2}/s;
const HOST_CHARACTER = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]|[^\x00-\x7f]/;

/** In hosts only bytes beyond ASCII and `%` itself are escaped. */
const hostEscapeProblem = (text: string): string | undefined =>
  escapesProblem(text, (hex) => hex === '25' || Number.parseInt(hex[0]!, 16) >= 8);

const zoneEscapeProblem = (text: string): string | undefined =>
  escapesProblem(text, (hex) => hex === '25' || hex === '20' || HOST_CHARACTER.test(String.fromCharCode(Number.parseInt(hex, 16))));

function escapesProblem(text: string, mayBeEscaped: (hex: string) => boolean): string | undefined {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '%') {
      const triple = text.slice(i, i + 3);
      if (!/^%[0-9a-fA-F]{2}$/.test(triple) || !mayBeEscaped(triple.slice(1))) return `invalid URL escape ${goQuote(triple)}`;
      i += 2;
    } else if (!HOST_CHARACTER.test(text[i]!)) return `invalid character ${goQuote(text[i]!)} in host name`;
  }
  return undefined;
}

/** The first `%` that two hexadecimal digits do not follow. */
export function escapeProblem(text: string): string | undefined {
  const bad = BAD_ESCAPE.exec(text);
  return bad ? `invalid URL escape ${goQuote(bad[0])}` : undefined;
}

/** A text without its escapes. */
export function unescaped(text: string): string {
  if (!text.includes('%')) return text;
  const parts = text.split(/(%[0-9a-fA-F]{2})/);
  return Buffer.concat(parts.map((part) => (/^%..$/.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part)))).toString('utf8');
}
