/** Name checks of definitions and formats: each gives the messages of R3.18. */
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1035_MESSAGE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

export function dnsSubdomain(name: string): string[] {
  return problems(name, 253, SUBDOMAIN, SUBDOMAIN_MESSAGE);
}

export function dns1035Label(name: string): string[] {
  return problems(name, 63, LABEL_1035, LABEL_1035_MESSAGE);
}

function problems(name: string, lengthMax: number, pattern: RegExp, message: string): string[] {
  const found: string[] = [];
  if (name.length > lengthMax) found.push(`must be no more than ${lengthMax} characters`);
  if (!pattern.test(name)) found.push(message);
  return found;
}

/** B2.5: a Kind is a label once it is lowercased; undefined where it is fine. */
export function kindProblems(kind: string): string | undefined {
  const found = dns1035Label(kind.toLowerCase());
  return found.length === 0 ? undefined : `may have mixed case, but should otherwise match: ${found.join(',')}`;
}
