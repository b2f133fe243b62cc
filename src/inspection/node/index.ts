export { openModel } from './open-model.js';
