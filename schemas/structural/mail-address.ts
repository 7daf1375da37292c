/** Whether a text is one mail address of RFC 5322 as Go reads it: `a@b`, `A B <a@example.com>`, quoted parts and comments too (B6.6). */
export function isMailAddress(text: string): boolean {
  const reader: Reader = { text, at: 0 };
  if (!skipSpace(reader) || !readAddress(reader)) return false;
  return skipSpace(reader) && reader.at === text.length;
}

interface Reader {
  text: string;
  at: number;
}

const ATOM = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\u{10ffff}]+/uy;
const QUOTED = /"(?:[\t -!#-[\]-~\u0080-\u{10ffff}]|\\[\t -~])*"/uy;
const LITERAL_DOMAIN = /\[[!-Z^-~]*\]/y;
const SPACE = /[ \t]*/y;

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

/** Skips blanks and comments; false where a comment does not end. */
function skipSpace(reader: Reader): boolean {
  take(reader, SPACE);
  while (reader.text[reader.at] === '(') {
    let depth = 0;
    do {
      const c = reader.text[reader.at];
      if (c === undefined) return false;
      if (c === '\\') reader.at++;
      else if (c === '(') depth++;
      else if (c === ')') depth--;
      reader.at++;
    } while (depth > 0);
    take(reader, SPACE);
  }
  return true;
}

function readAddress(reader: Reader): boolean {
  const start = reader.at;
  if (readSpec(reader)) return true;
  reader.at = start;
  return readPhrase(reader) && readAngled(reader);
}

const isDotAtom = (atom: string): boolean => !atom.startsWith('.') && !atom.endsWith('.') && !atom.includes('..');

function readSpec(reader: Reader): boolean {
  const quoted = take(reader, QUOTED);
  const local = quoted ?? take(reader, ATOM);
  if (local === undefined || local === '""' || (quoted === undefined && !isDotAtom(local))) return false;
  if (!skipSpace(reader) || reader.text[reader.at] !== '@') return false;
  reader.at++;
  if (!skipSpace(reader)) return false;
  if (reader.text[reader.at] === '[') return take(reader, LITERAL_DOMAIN) !== undefined;
  const domain = take(reader, ATOM);
  return domain !== undefined && isDotAtom(domain);
}

/** The name in front of an angled address; it may be missing. */
function readPhrase(reader: Reader): boolean {
  while (reader.at < reader.text.length && reader.text[reader.at] !== '<') {
    if (take(reader, QUOTED) === undefined && take(reader, ATOM) === undefined) return false;
    if (!skipSpace(reader)) return false;
  }
  return true;
}

function readAngled(reader: Reader): boolean {
  if (reader.text[reader.at] !== '<') return false;
  reader.at++;
  if (!skipSpace(reader) || !readSpec(reader) || !skipSpace(reader)) return false;
  return reader.text[reader.at++] === '>';
}
