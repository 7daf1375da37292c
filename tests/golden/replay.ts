/** Plays recorded scenarios against fresh servers and says which answers differ. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createServer } from '../../server/index.js';
import { divergences } from './divergences.js';

const golden = fileURLToPath(new URL('../../../tests/golden/', import.meta.url));

export interface Played {
  scenario: string;
  answers: number;
  equal: number;
  /** Steps whose answers differ, and no divergence allows it; or why the scenario could not be played. */
  wrong: string[];
  /** Divergences that are listed but gone. */
  gone: string[];
  /** What the player printed. */
  text: string;
}

/** Names of the scenarios whose names begin with one of the families; all of them without any. */
export function scenariosOf(families: readonly string[]): string[] {
  return readdirSync(`${golden}scenarios`)
    .filter((file) => file.endsWith('.http'))
    .map((file) => file.replace(/\.http$/, ''))
    .filter((name) => families.length === 0 || families.some((family) => name.startsWith(family)))
    .sort();
}

/** The player reads kubeconfigs with kubectl. */
export function isKubectlMissing(): boolean {
  return spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).error !== undefined;
}

/** What sees what another leaves behind for as long as the server lives: parameters of policies that are followed no more. */
const RECORDED_AFTER: Readonly<Record<string, string>> = { 'admission-vap-params': 'admission-map-json-patch' };
const AFTERMATH_MS = 1500;

/**
 * Plays the scenarios on `lanes` servers side by side, on each one after the other: a list's revision is the server's, so that two
 * scenarios on one server would see each other.
 */
export async function replay(scenarios: readonly string[], lanes = 4): Promise<Played[]> {
  const waiting = [...scenarios];
  const played: Played[] = [];
  const lane = async (): Promise<void> => {
    const dataDir = mkdtempSync(join(tmpdir(), 'kurma-golden-'));
    const server = await createServer({ memory: true, port: 0, profile: 'kubernetes', dataDir, logLevel: 'silent' });
    try {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const before = RECORDED_AFTER[name];
        if (before) await playOne(server.kubeconfigPath!, before).then(() => sleep(AFTERMATH_MS));
        played.push(await playTwice(server.kubeconfigPath!, name));
      }
    } finally {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return played.sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
}

/** Until the namespaces of scenarios before have been emptied, which shows in the revisions of lists. */
const REST_MS = 3000;

/**
 * A scenario that others disturbed is played again when the server has come to rest, as is one that crossed a second where the recording
 * did not: managed fields are sorted by the second of their time.
 */
async function playTwice(kubeconfig: string, scenario: string): Promise<Played> {
  const first = await playOne(kubeconfig, scenario);
  if (first.wrong.length === 0) return first;
  await sleep(REST_MS);
  return playOne(kubeconfig, scenario);
}

async function playOne(kubeconfig: string, scenario: string): Promise<Played> {
  const args = [`${golden}play.mjs`, 'compare', '--verbose', '--kubeconfig', kubeconfig, `${golden}scenarios/${scenario}.http`];
  const text = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  const [, equal = '0', answers = '0'] = /answers: (\d+) of (\d+) equal/.exec(text) ?? [];
  const differing = new Set([...text.matchAll(/^ {4}([A-Za-z0-9-]+)(?:\.|$)/gm)].map((match) => match[1]!));
  const allowed = new Set(divergences.filter((d) => d.scenario === scenario).map((d) => d.step));
  const failure = /^NOT OK [^:\n]+: (.+)$/m.exec(text)?.[1];
  const wrong = failure !== undefined && differing.size === 0 ? [failure] : [...differing].filter((step) => !allowed.has(step));
  return {
    scenario,
    answers: Number(answers),
    equal: Number(equal),
    wrong,
    gone: [...allowed].filter((step) => !differing.has(step)),
    text,
  };
}
