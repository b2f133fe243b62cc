export { createDocument } from './document.js';
export { fontStyleSheet } from './fonts.js';
export { renderPng } from './render-png.js';
export type { RenderOptions } from './render-png.js';
