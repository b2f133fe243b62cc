export { createDocument } from './document.js';
export { fontStyleSheet } from './fonts.js';
export { renderPng } from './render-png.js';
export type { RenderOptions } from './render-png.js';
export { writeFigures } from './write-figures.js';
export type { DrawnFigure, WriteFiguresOptions } from './write-figures.js';
