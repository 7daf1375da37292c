/** `kurma verify provider` on a provider of the examples, as a person would run it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
export const providerFile = (name: string) => `${root}examples/providers/${name}.mjs`;
export const kurmaCommand = `${root}dist/bin/kurma.js`;

/** The exit code and all that was printed. */
export function kurma(
  args: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<{ code: number; text: string }> {
  const env = { ...process.env, ...options.env };
  return new Promise((resolve) => {
    execFile(process.execPath, [kurmaCommand, ...args], { ...options, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, text: stdout + stderr });
    });
  });
}

export const verifyExample = (name: string, env: Record<string, string>, ...options: string[]) =>
  kurma(['verify', 'provider', providerFile(name), ...options], { env });
