#!/usr/bin/env node
/** The command line: flags, signals, printing. Everything else is the server's. */
import module from 'node:module';
import { Command, CommanderError } from 'commander';
import { addBackupCommand } from './backup-command.js';
import { addInitCommand } from './init-command.js';
import { addKubeconfigCommand } from './kubeconfig-command.js';
import { addPluginCommand } from './plugin-command.js';
import { addServeCommand } from './serve-command.js';
import { addVerifyCommand } from './verify-command.js';
import { addTokenCommand } from './token-command.js';

// Node 22 and later: compiled code is kept between starts
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const program = new Command('kurma')
  .description('The Kubernetes API without Kubernetes: one process, one SQLite file, your own kinds, your own controllers.')
  .showHelpAfterError(false)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'kurma: ').replace(/\n\(/, ' (')) });
addServeCommand(program);
addKubeconfigCommand(program);
addInitCommand(program);
addVerifyCommand(program);
addPluginCommand(program);
addTokenCommand(program);
addBackupCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 1);
  process.stderr.write(`kurma: ${(error as Error).message}\n`);
  process.exit(1);
}
