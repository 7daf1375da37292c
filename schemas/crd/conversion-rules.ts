/** The conversion of a definition: None, or a well-formed webhook (B2.13). */
import { X509Certificate } from 'node:crypto';
import { child, forbiddenField, index, invalidValue, notSupported, required, type FieldError } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dns1035Label, dnsSubdomain } from '../names.js';
import { parseUrl } from '../url.js';
import { numberAt, objectAt, textAt, textsAt } from '../validation/members.js';
import { type Definition, specOf } from './definition.js';

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** Of `spec.conversion`; `checksCaBundle` is off where a bad bundle is tolerated. */
export function conversionErrors(spec: JsonObject | undefined, checksCaBundle: boolean): FieldError[] {
  const path = 'spec.conversion';
  const conversion = objectAt(spec, 'conversion');
  if (conversion === undefined) return [];
  const strategy = textAt(conversion, 'strategy');
  const webhook = objectAt(conversion, 'webhook');
  const clientConfig = objectAt(webhook, 'clientConfig');
  const versions = textsAt(webhook, 'conversionReviewVersions');
  const configPath = child(path, 'webhookClientConfig');
  const versionsPath = child(path, 'conversionReviewVersions');

  const errors: FieldError[] = [];
  if (strategy !== 'None' && spec?.preserveUnknownFields === true) {
    errors.push(invalidValue(child(path, 'strategy'), strategy, 'must be None if spec.preserveUnknownFields is true'));
  }
  if (strategy === '') errors.push(required(child(path, 'strategy')));
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(notSupported(child(path, 'strategy'), strategy, ['None', 'Webhook']));
  }
  if (strategy === 'Webhook') {
    if (clientConfig === undefined) errors.push(required(configPath, 'required when strategy is set to Webhook'));
    else errors.push(...clientConfigErrors(clientConfig, configPath, checksCaBundle));
    return errors.concat(reviewVersionErrors(versions, versionsPath));
  }
  const detail = 'should not be set when strategy is not set to Webhook';
  if (clientConfig !== undefined) errors.push(forbiddenField(configPath, detail));
  if (versions.length > 0) errors.push(forbiddenField(versionsPath, detail));
  return errors;
}

function reviewVersionErrors(versions: readonly string[], path: string): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  versions.forEach((version, i) => {
    if (seen.has(version)) errors.push(invalidValue(index(path, i), version, 'duplicate version'));
    else for (const problem of dns1035Label(version)) errors.push(invalidValue(index(path, i), version, problem));
    seen.add(version);
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalidValue(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  }
  return errors;
}

/** The address of a webhook: a URL or a Service (C3.2a). */
export function clientConfigErrors(config: JsonObject, path: string, checksCaBundle: boolean, swapsNames = false): FieldError[] {
  const url = typeof config.url === 'string' ? config.url : undefined;
  const service = objectAt(config, 'service');
  const errors: FieldError[] = [];
  if ((url === undefined) === (service === undefined)) errors.push(required(path, 'exactly one of url or service is required'));
  else if (url !== undefined) errors.push(...urlErrors(url, child(path, 'url')));
  else errors.push(...serviceErrors(service!, child(path, 'service'), swapsNames));
  const bundle = textAt(config, 'caBundle');
  const problem = checksCaBundle && bundle !== '' ? caBundleProblem(bundle) : undefined;
  if (problem !== undefined) errors.push(invalidValue(child(path, 'caBundle'), bundle, `unable to load root certificates: ${problem}`));
  return errors;
}

function urlErrors(text: string, path: string): FieldError[] {
  const form = '; desired format: https://host[/path]';
  const url = parseUrl(text);
  if (typeof url === 'string') return [required(path, `url must be a valid URL: ${url}${form}`)];
  const errors: FieldError[] = [];
  if (url.scheme !== 'https') errors.push(invalidValue(path, url.scheme, `'https' is the only allowed URL scheme${form}`));
  if (url.host === '') errors.push(invalidValue(path, url.host, `host must be specified${form}`));
  if (url.user !== undefined) errors.push(invalidValue(path, url.user, 'user information is not permitted in the URL'));
  if (url.fragment !== '') errors.push(invalidValue(path, url.fragment, 'fragments are not permitted in the URL'));
  if (url.query !== '') errors.push(invalidValue(path, url.query, 'query parameters are not permitted in the URL'));
  return errors;
}

const PORT_MAX = 65535;

/** Kubernetes gives admission webhooks' name and namespace to each other's check. */
function serviceErrors(service: JsonObject, path: string, swapsNames: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const [name, namespace] = swapsNames ? ['namespace', 'name'] : ['name', 'namespace'];
  if (textAt(service, name!) === '') errors.push(required(child(path, 'name')));
  if (textAt(service, namespace!) === '') errors.push(required(child(path, 'namespace')));
  const port = numberAt(service, 'port') ?? 0;
  if (port < 1 || port > PORT_MAX) {
    errors.push(invalidValue(child(path, 'port'), port, `port is not valid: must be between 1 and ${PORT_MAX}, inclusive`));
  }
  const urlPath = service.path;
  if (typeof urlPath === 'string') errors.push(...urlPathErrors(urlPath, child(path, 'path')));
  return errors;
}

/** A path of a service: between its slashes stand subdomains. */
function urlPathErrors(urlPath: string, path: string): FieldError[] {
  if (urlPath === '' || urlPath === '/') return [];
  if (urlPath === '//') return [invalidValue(path, urlPath, 'segment[0] may not be empty')];
  const errors: FieldError[] = [];
  if (!urlPath.startsWith('/')) errors.push(invalidValue(path, urlPath, "must start with a '/'"));
  const segments = urlPath.slice(1).replace(/\/$/, '').split('/');
  segments.forEach((segment, i) => {
    if (segment === '') errors.push(invalidValue(path, urlPath, `segment[${i}] may not be empty`));
    else for (const problem of dnsSubdomain(segment)) errors.push(invalidValue(path, urlPath, `segment[${i}]: ${problem}`));
  });
  return errors;
}

/** Whether a definition's webhook has a caBundle that holds no certificates: such a definition is never established (B3.2). */
export function hasBadCaBundle(crd: Definition): boolean {
  const bundle = textAt(objectAt(objectAt(objectAt(specOf(crd), 'conversion'), 'webhook'), 'clientConfig'), 'caBundle');
  return bundle !== '' && caBundleProblem(bundle) !== undefined;
}

/** A block of PEM, to the end of its last line. */
const PEM_BLOCK = /-----BEGIN ([^-\n]*)-----[^-]*-----END \1-----[^\S\n]*\n?/g;

/** What hinders base64 to be PEM with a certificate that can be read; undefined where one is there. */
function caBundleProblem(base64: string): string | undefined {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const blocks = text.match(PEM_BLOCK) ?? [];
  const certificates = blocks.filter((block) => block.startsWith('-----BEGIN CERTIFICATE-----'));
  if (certificates.some(isCertificate)) return undefined;
  if (certificates.length > 0) return 'failed to parse certificate: x509: malformed certificate';
  const isAllBlocks = blocks.length > 0 && text.endsWith(blocks.at(-1)!);
  return isAllBlocks ? 'no valid certificate authority data seen' : 'unable to parse bytes as PEM block';
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
