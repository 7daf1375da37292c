/** Names of IANA time zones. */

/** Parts of a name; digits and `+` are those of names kept from older times. */
const PART = /^[-A-Za-z._0-9+]{1,14}$/;
const known = new Map<string, boolean>();

/** Whether the platform's data have the zone by exactly this name: they do not mind the case, Kubernetes does. */
function exists(name: string): boolean {
  let found = known.get(name);
  if (found !== undefined) return found;
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    const sameButCase = canonical !== name && canonical.toLowerCase() === name.toLowerCase();
    found = !sameButCase && name.split('/').every((part) => /^[A-Z]/.test(part));
  } catch {
    found = false;
  }
  if (known.size < 1000) known.set(name, found);
  return found;
}

/** The error of loading a zone, '' for one that exists. */
export function zoneProblem(name: string): string {
  if (name === '' || name === 'UTC' || name === 'Local' || exists(name)) return '';
  const isPath = name.includes('..') || name.startsWith('/') || name.includes('\\');
  return isPath ? 'time: invalid location name' : `unknown time zone ${name}`;
}

/** Findings on the `timeZone` of a cron job. */
export function timeZoneProblems(name: string): string[] {
  if (name === '') return ['timeZone must be nil or non-empty string'];
  const bad = name.split('/').some((part) => part === '.' || part === '..' || part.startsWith('-') || !PART.test(part));
  if (bad) return [`unknown time zone ${name}`];
  const problems: string[] = [];
  if (name.toLowerCase() === 'local') problems.push('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  const problem = zoneProblem(name);
  if (problem !== '') problems.push(problem);
  return problems;
}
