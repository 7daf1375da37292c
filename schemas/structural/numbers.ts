const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

export type JsonNumber = number | bigint;

/** Whether Go reads the literal as an int64. Floats written as whole numbers are integers too, as far as they are exact. */
export function isInteger(value: JsonNumber): boolean {
  return typeof value === 'bigint' ? value >= INT64_MIN && value <= INT64_MAX : Number.isSafeInteger(value);
}

/** B6.5: whether a number fits its type and format. */
export function fits(value: JsonNumber, type: string, format: string): boolean {
  if (typeof value === 'number' && Number.isSafeInteger(value) && format !== 'int32') return true;
  if (type === 'integer') return format === 'int32' ? fitsInt32(value) : fitsInt64(value);
  return format !== 'float' || Math.abs(Number(value)) <= 3.4028235677973366e38;
}

function fitsInt32(value: JsonNumber): boolean {
  return (typeof value === 'bigint' || Number.isInteger(value)) && value >= -2147483648 && value <= 2147483647;
}

function fitsInt64(value: JsonNumber): boolean {
  return (typeof value === 'bigint' || Number.isInteger(value)) && BigInt(value) >= INT64_MIN && BigInt(value) <= INT64_MAX;
}

/** `subject` is `Checked`, `Maximum boundary` …; the text of B6.5. */
export function misfit(subject: string, type: string, format: string, path: string): string {
  const how = format === '' ? '(default format)' : `with format ${format}`;
  return `${subject} value must be of type ${type} ${how} in ${path}`;
}
