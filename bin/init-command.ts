/** `kurma init` */
import { mkdirSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));
/** The tutorial's provider is the pattern of all: what is tested there is what people get. */
const pattern = { directory: join(packageRoot, 'examples', 'providers'), name: 'notebook', kind: 'Notebook', variable: 'NOTEBOOKS_DIR' };

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('Begin something new, with all it needs to run and be tested.')
    .command('provider')
    .description('A provider of a managed service, in a new directory of its name.')
    .argument('<name>', 'lower case letters, digits and "-"; a path before it is where the directory comes')
    .option('--typescript', 'in TypeScript')
    .action(initProvider);
}

function initProvider(path: string, { typescript = false }: { typescript?: boolean }): void {
  const directory = resolve(path);
  const name = basename(directory);
  if (name.length > 40 || !/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    throw new Error(`${JSON.stringify(name)} cannot be the name of a provider: lower case letters, digits and "-", such as "cache"`);
  }
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new Error(`${directory} is there already, and no directory`);
  if (found && readdirSync(directory).length > 0) throw new Error(`${directory} is there already, and not empty`);
  mkdirSync(directory, { recursive: true });
  const files = Object.entries(filesOf(name, typescript, relative(realpathSync(directory), realpathSync(packageRoot))));
  for (const [file, text] of files) writeFileSync(join(directory, file), text);
  linkPackage(directory);
  process.stdout.write(`${directory}\n\n${files.map(([file]) => `  ${file}\n`).join('')}
Now:

  cd ${path}
  npm test                                         # the conformance suite
  npm run serve                                    # prints where the kubeconfig is
  kubectl apply -f order.yaml                      # in another terminal
`);
}

const variableOf = (name: string) => `${name.toUpperCase().replaceAll('-', '_')}S_DIR`;

function filesOf(name: string, typescript: boolean, packagePath: string): Record<string, string> {
  const kind = name.replace(/(^|-)(.)/g, (_, __, letter: string) => letter.toUpperCase());
  const named = (text: string) =>
    text
      .replaceAll('A notebook in a file', 'What it is, in one line')
      .replaceAll(pattern.variable, variableOf(name))
      .replaceAll(pattern.kind, kind)
      .replaceAll(`${pattern.name}.example.com`, `${name}.example.com`)
      .replaceAll(`'${pattern.name}'`, `'${name}'`)
      .replaceAll(`${pattern.name}s'`, `${name}s'`);
  const read = (file: string) => readFileSync(join(pattern.directory, file), 'utf8');
  const provider = named(read(`${pattern.name}${typescript ? '.ts' : '.mjs'}`)).replace(/^\/\/.*\n/, providerComment);
  const file = typescript ? 'provider.ts' : 'provider.mjs';
  const scripts = {
    test: 'node --test',
    ...(typescript && { check: 'tsc' }),
    verify: `kurma verify provider ${file}`,
    serve: `kurma serve --memory --plugin ${file} --watch`,
  };
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts,
    dependencies: { kurma: `file:${packagePath}` },
    ...(typescript && { devDependencies: { '@types/node': '>=20', typescript: '>=5.8' } }),
  };
  const text = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
  return {
    'package.json': text(manifest),
    [file]: provider,
    ...(typescript && { 'tsconfig.json': text(tsconfig) }),
    'provider.test.mjs': testText.replace('DIRECTORY_VARIABLE', variableOf(name)).replace('PROVIDER_FILE', file),
    'order.yaml': named(read(`${pattern.name}.yaml`)),
    'README.md': readme(name, kind, file),
    '.gitignore': 'node_modules/\nkurma-data/\n',
  };
}

/** Only what node can strip, and imports as it reads them. */
const tsconfig = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  },
  include: ['*.ts'],
};

const providerComment = `// It runs as it is, with files for a runtime. Put your own into create, observe, update, delete, bind and unbind.\n`;

const testText = `// What every provider must do, failures included, on a server in memory. See docs/providers.md of kurma.
import assert from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServer } from 'kurma';
import { loadPlugin, verifyProvider } from 'kurma/controllers';

const directory = mkdtempSync(join(tmpdir(), 'provider-'));
process.env.DIRECTORY_VARIABLE = directory;
const plugin = await loadPlugin(fileURLToPath(new URL('PROVIDER_FILE', import.meta.url)));
const server = await createServer({ memory: true, logLevel: 'silent' });
after(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

test('the provider does what every provider must', async (t) => {
  for (const { title, outcome, message } of await verifyProvider({ client: server.client, plugin })) {
    await t.test(title, { skip: outcome === 'skipped' && message }, () => assert.notStrictEqual(outcome, 'failed', message));
  }
});
`;

const readme = (name: string, kind: string, file: string) => `# ${name}

A provider of managed services for Kurma: whoever applies a \`${kind}\` gets one, and a \`ServiceBinding\` gives access to it as a Secret.

\`\`\`sh
npm test                                       # the conformance suite
npm run verify                                 # the same, one line a check, with times
npm run serve                                  # a server with the provider, replaced at every change
kubectl apply -f order.yaml
kubectl get ${name.replaceAll('-', '')}s,servicebindings
\`\`\`

By itself, beside a running Kurma or any Kubernetes, with a role that allows what it declares and nothing else:

\`\`\`sh
npx kurma kubeconfig --plugin ${file} > provider.kubeconfig     # npx kurma plugin rbac ${file} prints the role
node ${file.endsWith('.ts') ? '--import kurma/typescript ' : ''}${file} --kubeconfig provider.kubeconfig
\`\`\`
`;

/** The new package uses the very kurma that made it, so nothing has to be downloaded; `npm install` does the same. */
function linkPackage(directory: string): void {
  const modules = join(directory, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(packageRoot, join(modules, 'kurma'), 'dir');
  const command = '#!/bin/sh\nexec node "$(dirname "$0")/../kurma/dist/bundle/kurma.js" "$@"\n';
  writeFileSync(join(modules, '.bin', 'kurma'), command, { mode: 0o755 });
}
