/**
 * Modules in TypeScript for a Node that does not strip types itself (22.18 and later do): esbuild does it, one module at a time.
 * To be imported for its effect; by a person as `node --import kurma/typescript provider.ts`.
 */
import { register } from 'node:module';

if (!(process.features as { typescript?: unknown }).typescript) register(new URL('typescript-hooks.js', import.meta.url));
