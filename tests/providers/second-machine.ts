/** Another machine on this one: a network namespace, joined by a link that can be cut. Needs root and iproute2. */
import { execFileSync } from 'node:child_process';

export interface SecondMachine {
  /** Before a command: runs it over there. */
  prefix: string[];
  address: string;
  cut(): void;
  mend(): void;
  remove(): void;
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Undefined where there can be none. */
export function secondMachine(): SecondMachine | undefined {
  const id = process.pid % 10_000;
  const [name, here, there] = [`kurma${id}`, `kh${id}`, `kt${id}`];
  // A /30 of its own in 10.231.0.0/16.
  const block = (id % 16_000) * 4;
  const addressOf = (offset: number) => `10.231.${(block >> 8) & 255}.${(block & 255) + offset}`;
  try {
    ip('netns', 'add', name);
  } catch {
    return undefined;
  }
  const remove = () => void ip('netns', 'delete', name);
  try {
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
    ip('address', 'add', `${addressOf(1)}/30`, 'dev', here);
    ip('link', 'set', here, 'up');
    ip('-n', name, 'address', 'add', `${addressOf(2)}/30`, 'dev', there);
    ip('-n', name, 'link', 'set', there, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  } catch {
    remove();
    return undefined;
  }
  return {
    prefix: ['ip', 'netns', 'exec', name],
    address: addressOf(2),
    cut: () => void ip('link', 'set', here, 'down'),
    mend: () => void ip('link', 'set', here, 'up'),
    remove,
  };
}
