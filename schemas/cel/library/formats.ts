import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../names.js';
import { stringFormat } from '../../structural/formats.js';
import { parseRequestUri } from '../../url.js';
import type { Library } from '../functions.js';
import { ArrayList, NONE, Opaque, Optional, type Value } from '../values.js';

type Check = (text: string) => readonly string[];

/** The names of a generated name: a trailing `-` is fine. */
const prefix =
  (check: Check): Check =>
  (text) =>
    check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
const ofSchemas = (format: string, message: string): Check => {
  const valid = stringFormat(format)!;
  return (text) => (valid(text) ? [] : [message]);
};

/** The formats by name (B7.28). */
const CHECKS: Record<string, Check> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: (text) => dnsSubdomain(text),
  dns1035Label,
  qualifiedName,
  dns1123LabelPrefix: prefix(dnsLabel),
  dns1123SubdomainPrefix: prefix((text) => dnsSubdomain(text)),
  dns1035LabelPrefix: prefix(dns1035Label),
  labelValue,
  uri: (text) => {
    const parsed = parseRequestUri(text);
    return typeof parsed === 'string' ? [parsed] : [];
  },
  uuid: ofSchemas('uuid', 'does not match the UUID format'),
  byte: ofSchemas('byte', 'invalid base64'),
  date: ofSchemas('date', 'invalid date'),
  datetime: ofSchemas('date-time', 'invalid datetime'),
};

interface Format {
  name: string;
  check: Check;
}
const FORMATS = new Map<string, Value>(
  Object.entries(CHECKS).map(([name, check]) => [
    name,
    new Opaque<Format>('kubernetes.NamedFormat', { name, check }, (other) => other.name === name),
  ]),
);

function named(name: string): Value {
  const format = FORMATS.get(name);
  return format === undefined ? NONE : new Optional(format);
}

function validate(format: Value, text: string): Value {
  const problems = (format as Opaque<Format>).payload.check(text);
  return problems.length === 0 ? NONE : new Optional(new ArrayList(problems));
}

/** `format.dns1123Label().validate(s)` … */
export const formats: Library = {
  'format.named': [['format-named', '(string) -> optional(kubernetes.NamedFormat)', (name) => named(name as string)]],
  validate: [
    ['format-validate', 'kubernetes.NamedFormat.(string) -> optional(list(string))', (format, text) => validate(format!, text as string)],
  ],
  ...Object.fromEntries(
    [...FORMATS].map(([name, format]) => [`format.${name}`, [[`format-${name}`, '() -> kubernetes.NamedFormat', () => format]] as const]),
  ),
};
