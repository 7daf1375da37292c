import { spawn, spawnSync } from 'node:child_process';

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Why kubectl tests cannot run here; false if they can. */
export const kubectlMissing: string | false = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).error
  ? 'kubectl is not installed'
  : false;

/** kubectl with a kubeconfig and an empty cache of its own. */
export function kubectlWith(
  kubeconfig: string,
  cacheDir: string,
): (args: string[], stdin?: string, env?: Record<string, string>) => Promise<Run> {
  return (args, stdin = '', env = {}) =>
    new Promise((resolve) => {
      const child = spawn('kubectl', ['--kubeconfig', kubeconfig, '--cache-dir', cacheDir, ...args], { env: { ...process.env, ...env } });
      const run: Run = { code: 0, stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        run.stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        run.stderr += text;
      });
      child.on('close', (code) => resolve({ ...run, code: code ?? 1 }));
      child.stdin.end(stdin);
    });
}
