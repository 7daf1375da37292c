import { escapeProblem, parseRequestUri, parseUrl, unescaped, type Url } from '../../url.js';
import type { Library } from '../functions.js';
import { ArrayList, CelError, EntryMap, Opaque, type Value } from '../values.js';

const hostname = (host: string): string => {
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'));
  return host.replace(/:\d*$/, '');
};
const port = (host: string): string => /:(\d*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? '';

/** A path as it is if it is properly escaped, else escaped. */
function escapedPath(path: string): string {
  if (/^(%[0-9a-fA-F]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]])*$/.test(path)) return path;
  return Array.from(Buffer.from(unescaped(path)), (byte) => {
    const c = String.fromCharCode(byte);
    return /[A-Za-z0-9\-._~$&+,/:;=@]/.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

const queryPart = (text: string): string | undefined =>
  escapeProblem(text) === undefined ? unescaped(text.replaceAll('+', ' ')) : undefined;

function queryMap(query: string): Value {
  const values = new Map<string, Value[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = queryPart(equals < 0 ? pair : pair.slice(0, equals));
    const value = queryPart(equals < 0 ? '' : pair.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    const list = values.get(key);
    if (list) list.push(value);
    else values.set(key, [value]);
  }
  const map = new EntryMap();
  for (const [key, list] of values) map.insert(key, new ArrayList(list));
  return map;
}

const written = ({ scheme, opaque, user, host, path, query }: Url): string =>
  JSON.stringify([scheme, opaque, user, host, escapedPath(path), query]);

/** An absolute URI or path is read a second time, for its fragment. */
function parsedUrl(text: string): Url | string {
  const parsed = parseRequestUri(text);
  return typeof parsed === 'string' ? parsed : parseUrl(text);
}

function url(text: string): Value {
  const parsed = parsedUrl(text);
  if (typeof parsed === 'string') return new CelError(`URL parse error during conversion from string: ${parsed}`);
  return new Opaque('kubernetes.URL', parsed, (other) => written(other) === written(parsed));
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
