/** `kurma plugin` */
import type { Command } from 'commander';
import type { JsonObject } from '../schemas/json-value.js';
import { encodeYaml } from '../schemas/wire/yaml-encode.js';

interface RbacFlags {
  namespace: string;
  leaderElect?: boolean;
}

export function addPluginCommand(program: Command): void {
  program
    .command('plugin')
    .description('Tell of a plugin.')
    .command('rbac')
    .description('Print the service account and the role that a plugin needs when it runs by itself, written from its declaration.')
    .argument('<file>', 'module of the plugin')
    .option('--namespace <namespace>', 'of the service account', 'default')
    .option('--leader-elect', 'with what --leader-elect of the plugin needs')
    .action(async (file: string, { namespace, leaderElect = false }: RbacFlags) => {
      const { accessOf, loadPlugin } = await import('../controllers/index.js');
      const objects = accessOf(await loadPlugin(file), { namespace, leaderElect });
      process.stdout.write(objects.map((object) => encodeYaml(object as unknown as JsonObject)).join('---\n'));
    });
}
