/** What Node's module loader asks on the way to a TypeScript module; runs in a thread of the loader's own. */
import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';

const missing =
  'this version of node runs no TypeScript by itself: install esbuild (npm install esbuild), use node 22.18 or newer, or compile it';
const isTypeScript = (url: string | undefined) => url?.startsWith('file:') === true && /\.m?ts$/.test(new URL(url).pathname);

/** `./x.js`, where there is none, is what `./x.ts` compiles to. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!isTypeScript(context.parentURL) || !/^\.{1,2}\/.*\.m?js$/.test(specifier)) throw error;
    return await next(specifier.replace(/js$/, 'ts'), context);
  }
};

export const load: LoadHook = async (url, context, next) => {
  if (!isTypeScript(url)) return next(url, context);
  const path = fileURLToPath(url);
  const { transform } = await import('esbuild').catch(() => {
    throw new Error(missing);
  });
  const { code } = await transform(await readFile(path, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: path,
    sourcemap: 'inline',
    // As Node does it: what is imported stays imported.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return { format: 'module', source: code, shortCircuit: true };
};
