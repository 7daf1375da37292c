import { goQuote } from '../../field-errors.js';
import type { Library } from '../functions.js';
import { CelError, Opaque, UINT_MAX, type Value } from '../values.js';

export interface Semver {
  numbers: readonly [bigint, bigint, bigint];
  prerelease: readonly string[];
}

/** Strict semantic versioning; the problem if the text is none. */
export function parseSemver(text: string): Semver | string {
  if (text === '') return 'Version string empty';
  const parts = text.split('.');
  if (parts.length < 3) return 'No Major.Minor.Patch elements found';
  const [major, minor] = parts as [string, string];
  let patch = parts.slice(2).join('.');
  const plus = patch.indexOf('+');
  const build = plus < 0 ? undefined : patch.slice(plus + 1);
  if (plus >= 0) patch = patch.slice(0, plus);
  const dash = patch.indexOf('-');
  const prerelease = dash < 0 ? [] : patch.slice(dash + 1).split('.');
  if (dash >= 0) patch = patch.slice(0, dash);
  for (const [name, part] of [
    ['Major', major],
    ['Minor', minor],
    ['Patch', patch],
  ] as const) {
    const problem = numberProblem(name, part);
    if (problem !== undefined) return problem;
  }
  const problem = prerelease.map(prereleaseProblem).find((found) => found !== undefined) ?? buildProblem(build);
  return problem ?? { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], prerelease };
}

function numberProblem(name: string, part: string): string | undefined {
  if (/[^0-9]/.test(part)) return `Invalid character(s) found in ${name.toLowerCase()} number ${goQuote(part)}`;
  if (/^0./.test(part)) return `${name} number must not contain leading zeroes ${goQuote(part)}`;
  if (part === '') return 'strconv.ParseUint: parsing "": invalid syntax';
  return part.length > 20 || BigInt(part) > UINT_MAX ? `strconv.ParseUint: parsing ${goQuote(part)}: value out of range` : undefined;
}
function prereleaseProblem(part: string): string | undefined {
  if (part === '') return 'Prerelease is empty';
  if (/^0\d+$/.test(part)) return `Numeric PreRelease version must not contain leading zeroes ${goQuote(part)}`;
  return /[^0-9A-Za-z-]/.test(part) ? `Invalid character(s) found in prerelease ${goQuote(part)}` : undefined;
}
function buildProblem(build: string | undefined): string | undefined {
  for (const part of build?.split('.') ?? []) {
    if (part === '') return 'Build meta data is empty';
    if (/[^0-9A-Za-z-]/.test(part)) return `Invalid character(s) found in build meta data ${goQuote(part)}`;
  }
  return undefined;
}

/** Drops a leading `v` and leading zeros, pads to three parts. */
function parseNormalized(text: string): Semver | string {
  const parts = text.replace(/^v/, '').split('.');
  const three = parts.length > 3 ? [parts[0]!, parts[1]!, parts.slice(2).join('.')] : parts;
  const trimmed = three.map((part) => (part.length > 1 ? part.replace(/^0+/, '').replace(/^(?![0-9])/, '0') : part));
  if (trimmed.length < 3 && /[+-]/.test(trimmed.at(-1)!)) return 'short version cannot contain PreRelease/Build meta data';
  while (trimmed.length < 3) trimmed.push('0');
  return parseSemver(trimmed.join('.'));
}

const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Below 0, 0 or above. */
export function compareSemvers(a: Semver, b: Semver): number {
  for (let i = 0; i < 3; i++) if (a.numbers[i] !== b.numbers[i]) return order(a.numbers[i]!, b.numbers[i]!);
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return order(b.prerelease.length, a.prerelease.length) && (a.prerelease.length === 0 ? 1 : -1);
  for (let i = 0; i < Math.min(a.prerelease.length, b.prerelease.length); i++) {
    const result = comparePrerelease(a.prerelease[i]!, b.prerelease[i]!);
    if (result !== 0) return result;
  }
  return order(a.prerelease.length, b.prerelease.length);
}

/** Numbers come before words. */
function comparePrerelease(a: string, b: string): number {
  const numeric = [a, b].map((part) => /^\d+$/.test(part));
  if (numeric[0] && numeric[1]) return order(BigInt(a), BigInt(b));
  return numeric[0] === numeric[1] ? order(a, b) : numeric[0] ? -1 : 1;
}

const version = (value: Value | undefined): Semver => (value as Opaque<Semver>).payload;
function read(parsed: Semver | string): Value {
  if (typeof parsed === 'string') return new CelError(parsed);
  return new Opaque('kubernetes.Semver', parsed, (other) => compareSemvers(parsed, other) === 0);
}
const parseAs = (text: Value, normalize: Value | undefined): Semver | string =>
  normalize === true ? parseNormalized(text as string) : parseSemver(text as string);

const COMPARED = 'kubernetes.Semver.(kubernetes.Semver)';
const part = (name: string, index: 0 | 1 | 2): Library[string] => [
  [`semver_${name}`, 'kubernetes.Semver.() -> int', (value) => version(value).numbers[index]],
];

/** Semantic versions (B7.29). */
export const semvers: Library = {
  semver: [
    ['string_to_semver', '(string) -> kubernetes.Semver', (text) => read(parseAs(text!, false))],
    ['string_bool_to_semver', '(string, bool) -> kubernetes.Semver', (text, normalize) => read(parseAs(text!, normalize))],
  ],
  isSemver: [
    ['is_semver_string', '(string) -> bool', (text) => typeof parseAs(text!, false) !== 'string'],
    ['is_semver_string_bool', '(string, bool) -> bool', (text, normalize) => typeof parseAs(text!, normalize) !== 'string'],
  ],
  major: part('major', 0),
  minor: part('minor', 1),
  patch: part('patch', 2),
  isLessThan: [['semver_is_less_than', `${COMPARED} -> bool`, (a, b) => compareSemvers(version(a), version(b)) < 0]],
  isGreaterThan: [['semver_is_greater_than', `${COMPARED} -> bool`, (a, b) => compareSemvers(version(a), version(b)) > 0]],
  compareTo: [['semver_compare_to', `${COMPARED} -> int`, (a, b) => BigInt(compareSemvers(version(a), version(b)))]],
};
