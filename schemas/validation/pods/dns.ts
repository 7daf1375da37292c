/** Names and name resolution of pods. */
import { child, type FieldError, forbiddenField, index, invalidValue, notSupported, required, tooLong } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain } from '../../names.js';
import { invalidEach } from '../checks.js';
import { validateLegacyIp } from '../ip.js';
import { flagAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';

const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_BYTES_MAX = 2048;
const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

export function validateDnsPolicy(spec: JsonObject, path: string, errors: FieldError[]): void {
  const policy = textAt(spec, 'dnsPolicy');
  if (policy === '') errors.push(required(child(path, 'dnsPolicy')));
  else if (!POLICIES.includes(policy)) errors.push(notSupported(child(path, 'dnsPolicy'), policy, POLICIES));
}

const UNDERSCORES =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
const SEARCH_LABEL = /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** A subdomain whose labels may hold `_` and begin with one. */
function searchDomain(name: string): string[] {
  const messages: string[] = [];
  if (name.length > 253) messages.push('must be no more than 253 characters');
  if (!name.split('.').every((label) => SEARCH_LABEL.test(label))) messages.push(UNDERSCORES);
  return messages;
}

export function validateDnsConfig(spec: JsonObject, path: string, errors: FieldError[]): void {
  const config = objectAt(spec, 'dnsConfig');
  const at = child(path, 'dnsConfig');
  const nameservers = textsAt(config, 'nameservers');
  if (textAt(spec, 'dnsPolicy') === 'None') {
    if (!config) errors.push(required(at, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    else if (nameservers.length === 0)
      errors.push(required(child(at, 'nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
    if (nameservers.length === 0) return;
  }
  if (!config) return;
  if (nameservers.length > NAMESERVERS_MAX)
    errors.push(invalidValue(child(at, 'nameservers'), nameservers, `must not have more than ${NAMESERVERS_MAX} nameservers`));
  nameservers.forEach((server, i) => {
    validateLegacyIp(index(child(at, 'nameservers'), i), server, errors);
  });
  validateSearches(textsAt(config, 'searches'), child(at, 'searches'), errors);
  objectsAt(config, 'options').forEach((option, i) => {
    if (textAt(option, 'name') === '') errors.push(required(index(child(at, 'options'), i), 'must not be empty'));
  });
}

function validateSearches(searches: readonly string[], path: string, errors: FieldError[]): void {
  if (searches.length > SEARCHES_MAX) errors.push(invalidValue(path, searches, `must not have more than ${SEARCHES_MAX} search paths`));
  if (searches.join(' ').length > SEARCH_BYTES_MAX)
    errors.push(
      invalidValue(path, searches, `must not have more than ${SEARCH_BYTES_MAX} characters (including spaces) in the search list`),
    );
  searches.forEach((search, i) => {
    if (search === '.') return;
    const name = search.replace(/\.$/, '');
    invalidEach(index(path, i), name, searchDomain(name), errors);
  });
}

export function validateHostAliases(spec: JsonObject, path: string, errors: FieldError[]): void {
  objectsAt(spec, 'hostAliases').forEach((alias, i) => {
    const at = index(child(path, 'hostAliases'), i);
    validateLegacyIp(child(at, 'ip'), textAt(alias, 'ip'), errors);
    textsAt(alias, 'hostnames').forEach((name, j) => {
      invalidEach(index(child(at, 'hostnames'), j), name, dnsSubdomain(name), errors);
    });
  });
}

const HOSTNAME_BYTES_MAX = 64;

export function validateHostnameOverride(spec: JsonObject, path: string, errors: FieldError[]): void {
  const name = spec['hostnameOverride'] as string | undefined;
  if (name === undefined) return;
  const field = child(path, 'hostnameOverride');
  if (flagAt(spec, 'setHostnameAsFQDN')) errors.push(forbiddenField(field, 'may not be specified when setHostnameAsFQDN is true'));
  if (flagAt(spec, 'hostNetwork')) errors.push(forbiddenField(field, 'may not be specified when hostNetwork is true'));
  if (name.length > HOSTNAME_BYTES_MAX) errors.push(tooLong(field, HOSTNAME_BYTES_MAX));
  invalidEach(field, name, dnsSubdomain(name), errors);
}
