// The process of a Website: started, found again, stopped. It outlives the controller, as it should.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('serve-pages.mjs', import.meta.url));
const root = process.env.WEBSITES_DIR ?? join(tmpdir(), `kurma-websites-${userInfo().uid}`);
const directoryOf = (uid) => join(root, uid);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The process that serves `port` for this Website: it says so itself. Undefined where there is none, or somebody else. */
export async function findSite(port, uid) {
  const identity = await identityAt(port);
  return identity?.uid === uid ? { pid: identity.pid, port, uid } : undefined;
}

async function identityAt(port) {
  if (port === undefined) return undefined;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/.well-known/website`, { signal: AbortSignal.timeout(1000) });
    return await answer.json();
  } catch {
    return undefined;
  }
}

/** The process reads the pages anew when the file changes, so a new version needs no new process. */
export async function writePages(uid, pages) {
  const file = join(directoryOf(uid), 'pages.json');
  await mkdir(directoryOf(uid), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(pages));
  await rename(`${file}.new`, file);
}

/** Resolves when the process answers. The error has the code EADDRINUSE when the port is somebody else's. */
export async function startSite(port, uid) {
  mkdirSync(directoryOf(uid), { recursive: true });
  const log = openSync(join(directoryOf(uid), 'server.log'), 'a');
  const child = spawn(process.execPath, [script, directoryOf(uid), uid, String(port)], { detached: true, stdio: ['ignore', log, log] });
  let exitCode;
  child.on('exit', (code) => {
    exitCode = code;
  });
  child.on('error', () => {
    exitCode = -1;
  });
  child.unref();
  for (let i = 0; i < 100 && exitCode === undefined; i++) {
    const site = await findSite(port, uid);
    if (site) return site;
    await sleep(50);
  }
  if (exitCode === 98) throw Object.assign(new Error(`port ${port} is in use`), { code: 'EADDRINUSE' });
  if (exitCode === undefined) child.kill('SIGKILL');
  throw new Error(exitCode === undefined ? 'the process does not answer' : `the process ended with code ${exitCode}`);
}

/** Resolves when the process has gone. */
export async function stopSite({ pid, port, uid }) {
  for (let i = 0; await findSite(port, uid); i++) {
    try {
      process.kill(pid, i < 40 ? 'SIGTERM' : 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    await sleep(50);
  }
}

export async function removeSite(uid) {
  await rm(directoryOf(uid), { recursive: true, force: true });
}

/** A port nobody listens at just now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
