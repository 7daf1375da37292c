/** Which of the controllers that come with the server run (`--controllers`). */
import { type BuiltinOptions, builtinPlugins } from '../controllers/builtin/index.js';
import type { Client, Plugin } from '../controllers/index.js';

/**
 * Those that the list names and whose kinds are served: `*` is all, a name adds one, `-name` takes one away. Throws for a name that
 * there is none of.
 */
export async function builtinControllers(client: Client, list: readonly string[], options: BuiltinOptions): Promise<Plugin[]> {
  const all = await builtinPlugins(client, options);
  const named = list.filter((item) => item !== '*').map((item) => item.replace(/^-/, ''));
  const unknown = named.find((name) => !all.some((plugin) => plugin.name === name));
  if (unknown !== undefined)
    throw new Error(`unknown controller ${JSON.stringify(unknown)}: there are ${all.map(({ name }) => name).join(', ')}`);
  return all.filter(({ name }) => !list.includes(`-${name}`) && (list.includes('*') || list.includes(name)));
}
