/** Files that are read again when they change: looked at every second, so that it works for mounts and for links that are exchanged. */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';

export interface Follower {
  onChange(text: string): void;
  /** It cannot be read. */
  onError(error: unknown): void;
  everyMs?: number;
}

const EVERY_MS = 1000;

/** `text` is what is known of it; returns what ends it. */
export function follow(file: string, text: string, { onChange, onError, everyMs = EVERY_MS }: Follower): () => void {
  let known = text;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const now = await readFile(file, 'utf8');
    if (now === known || isStopped) return;
    known = now;
    onChange(now);
  };
  const onStat = (): void => void look().catch(onError);
  watchFile(file, { interval: everyMs, persistent: false }, onStat);
  return () => {
    isStopped = true;
    unwatchFile(file, onStat);
  };
}
