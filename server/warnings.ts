/** Warning headers (R11.4): one a text, quoted, without doubles; cut short when they are too long together. */
const TOTAL_BYTES_MAX = 4096;
const CUT_CHARACTERS = 256;

export function escapeWarnings(texts: readonly string[]): string[] {
  const unique = [...new Set(texts)].filter(isPrintable).map(bytes);
  const total = unique.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (total <= TOTAL_BYTES_MAX) return unique.map(header);
  const cut: string[] = [];
  let size = 0;
  for (const text of unique.map((t) => t.slice(0, CUT_CHARACTERS))) {
    size += Buffer.byteLength(text);
    if (size > TOTAL_BYTES_MAX) break;
    cut.push(header(text));
  }
  return cut;
}

/** As Kubernetes, which drops what no header can say. */
const isPrintable = (text: string): boolean => text !== '' && !/[\u0000-\u001f\u007f-\u009f]/.test(text);

/** Headers are bytes: UTF-8 as latin1. */
const bytes = (text: string): string => Buffer.from(text).toString('latin1');

const header = (text: string): string => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`;
