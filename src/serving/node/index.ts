export { readReference } from './reference.js';
export { SERVE_DEFAULTS, serveModel } from './server.js';
export type { ServeOptions, Service } from './server.js';
export { SessionPool } from './session-pool.js';
export type { PoolOptions } from './session-pool.js';
