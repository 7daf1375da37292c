/** The package's public face. */
export { createServer, type KurmaServer } from './app.js';
export { defaultOptions, type ServerOptions } from './options.js';
export { definePlugin } from '../controllers/index.js';
