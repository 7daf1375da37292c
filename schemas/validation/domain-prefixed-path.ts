import { type FieldError, invalidValue, required } from '../field-errors.js';
import { dnsSubdomain } from '../names.js';
import { invalidEach } from './checks.js';

const PATH_FORM = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const NOT_PATH = /[^A-Za-z0-9/\-._~%!$&'()*+,;=:]|^$/;

/** `acme.io/foo` */
export function validateDomainPrefixedPath(field: string, text: string, errors: FieldError[]): void {
  const slash = text.indexOf('/');
  if (text === '') errors.push(required(field));
  else if (slash < 1 || slash === text.length - 1)
    errors.push(invalidValue(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  else {
    const [host, path] = [text.slice(0, slash), text.slice(slash + 1)];
    invalidEach(field, host, dnsSubdomain(host), errors);
    if (NOT_PATH.test(path)) errors.push(invalidValue(field, path, `Invalid path (regex used for validation is '${PATH_FORM}')`));
  }
}
