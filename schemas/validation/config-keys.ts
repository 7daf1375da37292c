/** The keys of ConfigMaps and Secrets (R3.34), also of the references to them. */
const CHARACTERS = /^[-._a-zA-Z0-9]+$/;

export function configKey(key: string): string[] {
  const messages: string[] = [];
  if (key.length > 253) messages.push('must be no more than 253 characters');
  if (!CHARACTERS.test(key)) {
    messages.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key === '.' || key === '..') messages.push(`must not be '${key}'`);
  else if (key.startsWith('..')) messages.push("must not start with '..'");
  return messages;
}

/** All values of one object together. */
export const MAX_DATA_BYTES = 1024 * 1024;

/** The length of what a base64 text decodes to. */
export function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
