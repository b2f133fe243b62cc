export { plainRuntimes } from './runtimes.js';
