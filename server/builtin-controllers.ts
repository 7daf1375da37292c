/** Which of the controllers that come with the server run (`--controllers`). */
import { type BuiltinOptions, builtinPlugins } from '../controllers/builtin/index.js';
import type { Client, Plugin } from '../controllers/index.js';
import { certificateApproverPlugin } from './auth/certificate-approver.js';
import { certificateSignerPlugin, signingRequestKind } from './auth/certificate-signer.js';
import type { KeyPair } from './auth/pki.js';

/**
 * Those that the list names and whose kinds are served: `*` is all, a name adds one, `-name` takes one away. Throws for a name that
 * there is none of.
 */
export async function builtinControllers(
  client: Client,
  list: readonly string[],
  options: BuiltinOptions & { authority?: KeyPair },
): Promise<Plugin[]> {
  const all = [...(await builtinPlugins(client, options)), ...(await certificatePlugins(client, options.authority))];
  const named = list.filter((item) => item !== '*').map((item) => item.replace(/^-/, ''));
  const unknown = named.find((name) => !all.some((plugin) => plugin.name === name));
  if (unknown !== undefined)
    throw new Error(`unknown controller ${JSON.stringify(unknown)}: there are ${all.map(({ name }) => name).join(', ')}`);
  return all.filter(({ name }) => !list.includes(`-${name}`) && (list.includes('*') || list.includes(name)));
}

async function certificatePlugins(client: Client, authority: KeyPair | undefined): Promise<Plugin[]> {
  if (!authority || !(await client.resourceFor(signingRequestKind))) return [];
  return [certificateApproverPlugin(), certificateSignerPlugin(authority)];
}
