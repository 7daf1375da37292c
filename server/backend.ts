/** The backend that the options ask for, in its directory. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Backend } from '../storage/backend.js';
import { memoryBackend } from '../storage/memory.js';
import type { Api } from './api.js';
import { encryptedBackend } from './encryption/encrypted-backend.js';
import type { ServerOptions } from './options.js';

/** Private to the user. Throws one clear line. */
export function makeDirectory(dir: string): void {
  if (existsSync(dir)) return;
  try {
    // Node's recursive mkdir never returns where a parent exists that takes no children (/proc)
    mkdirSync(dir, { recursive: !existsSync(dirname(resolve(dir))), mode: 0o700 });
  } catch (error) {
    throw new Error(`cannot create the data directory ${dir}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
}

/** The backend, and which of its entries the next write is to replace. */
export async function backendOf({
  memory,
  dataDir,
  encryptionConfig,
}: ServerOptions): Promise<{ backend: Backend; isStale: Api['isStale'] }> {
  if (memory) return { backend: memoryBackend(), isStale: () => false };
  const { sqliteBackend } = await import('../storage/sqlite/backend.js');
  const providersOf =
    encryptionConfig === undefined
      ? undefined
      : (await import('./encryption/configuration.js')).readEncryptionConfiguration(encryptionConfig);
  const backend = encryptedBackend(sqliteBackend(join(dataDir, 'kurma.db')), providersOf);
  return { backend, isStale: backend.isStale };
}
