/** What the name of an image says about its version. */
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const COMPONENT = /^[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*$/;
const DOMAIN = /^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(:[0-9]+)?$/;
const IPV6_DOMAIN = /^\[[a-fA-F0-9:]+\](:[0-9]+)?$/;

/** `registry.example:5000/` and the like in front of the path. */
function splitDomain(name: string): { domain: string; path: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  return isDomain ? { domain: first, path: name.slice(slash + 1) } : { domain: '', path: name };
}

const NAME_LENGTH_MAX = 255;

function isName(name: string): boolean {
  const { domain, path } = splitDomain(name);
  if (name.length > NAME_LENGTH_MAX) return false;
  return (domain === '' || DOMAIN.test(domain) || IPV6_DOMAIN.test(domain)) && path.split('/').every((part) => COMPONENT.test(part));
}

/** Whether an image means its newest version: tag `latest`, or neither tag nor digest. A text that is no image name does not. */
export function isLatest(image: string): boolean {
  if (/^[a-f0-9]{64}$/.test(image)) return false;
  const at = image.indexOf('@');
  const digest = at < 0 ? '' : image.slice(at + 1);
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? '' : named.slice(colon + 1);
  if (!isName(name) || (colon >= 0 && !TAG.test(tag)) || (at >= 0 && !DIGEST.test(digest))) return false;
  return tag === 'latest' || (tag === '' && digest === '');
}
