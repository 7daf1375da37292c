/** The public face of `kurma/controllers`. */
export * from './client.js';
export * from './clock.js';
export * from './kubeconfig.js';
export { createHttpTransport, type HttpTransportOptions } from './http-transport.js';
export * from './object.js';
export * from './transport.js';
export { absentIfNotFound, type ClientOptions, createClient, statusErrorOf } from './transport-client.js';
