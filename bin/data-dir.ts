/** Files that a server leaves in its data directory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const adminKubeconfigPath = (dataDir: string): string => join(dataDir, 'admin.kubeconfig');

/** Throws one line that says what to do. */
export async function readDataFile(file: string, dataDir: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new Error(`${file} does not exist: start a server on this data directory first (kurma serve --data-dir ${dataDir})`);
  }
}
