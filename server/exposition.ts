/** The text format of Prometheus, version 0.0.4. */

export interface Family {
  name: string;
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  help: string;
  samples: Iterable<Sample>;
}

export interface Sample {
  /** `_bucket`, `_sum` and `_count` of a histogram or summary. */
  suffix?: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

export function expositionOf(families: Iterable<Family>): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of families) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { suffix = '', labels, value } of samples) lines.push(`${name}${suffix}${braces(labels)} ${value}`);
  }
  return lines.length ? `${lines.join('\n')}\n` : '';
}

function braces(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length ? `{${pairs.join(',')}}` : '';
}

const escaped = (value: string): string => value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
