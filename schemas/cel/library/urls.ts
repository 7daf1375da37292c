import { goQuote } from '../../field-errors.js';
import type { Library } from '../functions.js';
import { ArrayList, CelError, EntryMap, Opaque, type Value } from '../values.js';

interface Url {
  text: string;
  scheme: string;
  host: string;
  path: string;
  query: string;
}

/** Reads an absolute URI or an absolute path as an HTTP request line has it; the problem in Go's words if it is neither. */
export function parseRequestUri(text: string): Url | string {
  const refuse = (message: string): string => `parse ${goQuote(text)}: ${message}`;
  if (/[\x00-\x1f\x7f]/.test(text)) return refuse('net/url: invalid control character in URL');
  if (text === '') return refuse('empty url');
  if (text === '*') return { text, scheme: '', host: '', path: '*', query: '' };
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(text)?.[0] ?? '';
  if (text.startsWith(':')) return refuse('missing protocol scheme');
  const rest = scheme === '' ? text : text.slice(scheme.length + 1);
  if (!rest.startsWith('/')) return refuse('invalid URI for request');
  const mark = rest.indexOf('?');
  const before = mark < 0 ? rest : rest.slice(0, mark);
  let authority = '';
  let path = before;
  if (before.startsWith('//') && (scheme !== '' || !before.startsWith('///'))) {
    const end = before.indexOf('/', 2);
    authority = before.slice(2, end < 0 ? undefined : end);
    path = end < 0 ? '' : before.slice(end);
  }
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const problem = hostProblem(host) ?? escapeProblem(path);
  if (problem !== undefined) return refuse(problem);
  return { text, scheme: scheme.toLowerCase(), host, path, query: mark < 0 ? '' : rest.slice(mark + 1) };
}

function hostProblem(host: string): string | undefined {
  const afterHost = host.startsWith('[') ? host.slice(host.indexOf(']') + 1) : host.includes(':') ? host.slice(host.lastIndexOf(':')) : '';
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host";
  if (afterHost !== '' && !/^:\d*$/.test(afterHost)) return `invalid port ${goQuote(afterHost)} after host`;
  const bad = /[ "<>^`{|}\\]/.exec(host);
  if (bad) return `invalid character ${goQuote(bad[0])} in host name`;
  return escapeProblem(host);
}

function escapeProblem(text: string): string | undefined {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  return bad ? `invalid URL escape ${goQuote(bad[0])}` : undefined;
}

const hostname = (host: string): string => {
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'));
  return host.replace(/:\d*$/, '');
};
const port = (host: string): string => /:(\d*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? '';

/** A path as it is if it is properly escaped, else escaped. */
function escapedPath(path: string): string {
  if (/^(%[0-9a-fA-F]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]])*$/.test(path)) return path;
  return Array.from(Buffer.from(decode(path, false) ?? path), (byte) => {
    const c = String.fromCharCode(byte);
    return /[A-Za-z0-9\-._~$&+,/:;=@]/.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function decode(text: string, plusIsBlank: boolean): string | undefined {
  if (escapeProblem(text) !== undefined) return undefined;
  const source = plusIsBlank ? text.replaceAll('+', ' ') : text;
  const bytes = source
    .split(/(%[0-9a-fA-F]{2})/)
    .map((part) => (/^%..$/.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part)));
  return Buffer.concat(bytes).toString('utf8');
}

function queryMap(query: string): Value {
  const values = new Map<string, Value[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = decode(equals < 0 ? pair : pair.slice(0, equals), true);
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1), true);
    if (key === undefined || value === undefined) continue;
    const list = values.get(key);
    if (list) list.push(value);
    else values.set(key, [value]);
  }
  const map = new EntryMap();
  for (const [key, list] of values) map.insert(key, new ArrayList(list));
  return map;
}

function url(text: string): Value {
  const parsed = parseRequestUri(text);
  if (typeof parsed === 'string') return new CelError(`URL parse error during conversion from string: ${parsed}`);
  return new Opaque('kubernetes.URL', parsed, (other) => other.text === parsed.text);
}

const getter = (name: string, read: (url: Url) => string): Library[string] => [
  [name, 'kubernetes.URL.() -> string', (value) => read((value as Opaque<Url>).payload)],
];

/** URLs (B7.24). */
export const urls: Library = {
  url: [['string_to_url', '(string) -> kubernetes.URL', (text) => url(text as string)]],
  isURL: [['is_url_string', '(string) -> bool', (text) => typeof parseRequestUri(text as string) !== 'string']],
  getScheme: getter('url_get_scheme', ({ scheme }) => scheme),
  getHost: getter('url_get_host', ({ host }) => host),
  getHostname: getter('url_get_hostname', ({ host }) => hostname(host)),
  getPort: getter('url_get_port', ({ host }) => port(host)),
  getEscapedPath: getter('url_get_escaped_path', ({ path }) => escapedPath(path)),
  getQuery: [
    ['url_get_query', 'kubernetes.URL.() -> map(string, list(string))', (value) => queryMap((value as Opaque<Url>).payload.query)],
  ],
};
