export { encodeCsv } from './csv.js';
export { gunzip, gzip, isGzip } from './gzip.js';
export { decodeIdx, encodeIdx } from './idx.js';
export { decodeNpy, encodeNpy } from './npy.js';
export { decodeNpz, encodeNpz } from './npz.js';
export { encodePng } from './png.js';
export type { PngImage } from './png.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
export type { Safetensors } from './safetensors.js';
