/** What went wrong with the file, as one line for people. */
export function refusal(path: string, error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  const known = reasons.find(([prefix]) => code?.startsWith(prefix));
  if (known !== undefined) return `${path} ${known[1]} (${message})`;
  return message.includes(path) ? message : `${path}: ${message}`;
}

/** By the beginning of SQLite's code. */
const reasons: readonly [code: string, reason: string][] = [
  ['SQLITE_CORRUPT', 'is damaged: restore it from a backup'],
  ['SQLITE_NOTADB', 'is damaged or no SQLite database'],
  ['SQLITE_READONLY', 'cannot be written: its directory or the file is read-only'],
  ['SQLITE_CANTOPEN', 'cannot be opened: its directory does not exist or is read-only'],
  ['SQLITE_FULL', 'cannot grow: the disk is full'],
  ['SQLITE_IOERR', 'cannot be read or written'],
];
