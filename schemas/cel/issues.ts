/** A compile problem: `position` is a UTF-16 offset in the source, −1 for none. */
export interface Issue {
  position: number;
  message: string;
}

const ISSUES_MAX = 100;
const SNIPPET_MAX = 16384;

/** All problems in source order, rendered as `ERROR: <input>:1:6: …`, the source line and a caret (B2.30a). */
export function renderIssues(source: string, issues: readonly Issue[]): string {
  const starts = lineStarts(source);
  const reported = issues.slice(0, ISSUES_MAX).sort((a, b) => a.position - b.position);
  const texts = reported.map((issue) => renderIssue(source, starts, issue));
  if (issues.length > ISSUES_MAX) texts.push(`${issues.length - ISSUES_MAX} more errors were truncated`);
  return texts.join('\n');
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let i = 0; i < source.length; i++) if (source[i] === '\n') starts.push(i + 1);
  return starts;
}

function renderIssue(source: string, starts: number[], issue: Issue): string {
  if (issue.position < 0) return `ERROR: <input>:-1:0: ${issue.message}`;
  if (source === '') return `ERROR: <input>:1:0: ${issue.message}`;
  let line = starts.length - 1;
  while (starts[line]! > issue.position) line--;
  const start = starts[line]!;
  const end = starts[line + 1] === undefined ? source.length : starts[line + 1]! - 1;
  const before = [...source.slice(start, issue.position)];
  const head = `ERROR: <input>:${line + 1}:${before.length + 1}: ${issue.message}`;
  const snippet = source.slice(start, end).replaceAll('\t', ' ');
  if (snippet.length > SNIPPET_MAX) return head;
  const dots = before.map((c) => (isWide(c) ? '．' : '.')).join('');
  const at = [...source.slice(issue.position, Math.min(issue.position + 2, end))][0];
  return `${head}\n | ${snippet}\n | ${dots}${at !== undefined && isWide(at) ? '＾' : '^'}`;
}

const isWide = (c: string): boolean => c.codePointAt(0)! > 0x7f;
