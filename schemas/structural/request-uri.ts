/**
 * Whether a text is a request URI as Go reads one: a URI with a scheme, or an absolute path; no control characters, no bad escapes,
 * a well-formed host and port (B6.6).
 */
export function isRequestUri(text: string): boolean {
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return false;
  if (text === '*') return true;
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === undefined && text.startsWith(':')) return false;
  const rest = text.slice(scheme === undefined ? 0 : scheme.length + 1).split('?', 1)[0]!;
  if (!rest.startsWith('/')) return scheme !== undefined;
  if (scheme === undefined || !rest.startsWith('//')) return hasGoodEscapes(rest);
  const slash = rest.indexOf('/', 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  return isAuthority(authority) && (slash < 0 || hasGoodEscapes(rest.slice(slash)));
}

const hasGoodEscapes = (text: string): boolean => !/%(?![0-9a-fA-F]{2})/.test(text);

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  if (at >= 0) {
    const user = authority.slice(0, at);
    if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !hasGoodEscapes(user)) return false;
  }
  return isHost(authority.slice(at + 1));
}

const isOptionalPort = (text: string): boolean => text === '' || /^:\d*$/.test(text);

function isHost(host: string): boolean {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0 || !isOptionalPort(host.slice(end + 1))) return false;
    const zone = host.indexOf('%25');
    return isPlainHost(host.slice(0, zone >= 0 && zone < end ? zone : end));
  }
  const colon = host.lastIndexOf(':');
  return (colon < 0 || isOptionalPort(host.slice(colon))) && isPlainHost(host);
}

/** Host characters; of the escapes only those of bytes beyond ASCII. */
function isPlainHost(host: string): boolean {
  return /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]|[^\x00-\x7f]|%[89a-fA-F][0-9a-fA-F]|%25)*$/.test(host);
}
