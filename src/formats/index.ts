export { crc32 } from './crc32.js';
export { encodeCsv } from './csv.js';
export { CsvReader } from './csv-decode.js';
export type { CsvRecord } from './csv-decode.js';
export { decodeElements, itemSize } from './elements.js';
export type { ArrayLayout, ByteOrder } from './elements.js';
export { gunzip, gzip, isGzip } from './gzip.js';
export { decodeIdx, encodeIdx, idxHeaderSize, idxLayout } from './idx.js';
export { decodeNpy, encodeNpy, npyHeaderSize, npyLayout } from './npy.js';
export { decodeNpz, encodeNpz } from './npz.js';
export { encodePng } from './png.js';
export type { PngImage } from './png.js';
export { decodePng, isPng, LARGEST_IMAGE } from './png-decode.js';
export type { DecodedImage } from './png-decode.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
export type { Safetensors } from './safetensors.js';
export { describeBytes } from './signature.js';
export {
  findZipDirectory,
  LOCAL_HEADER_SIZE,
  readZipDirectory,
  ZIP_TAIL,
  zipDataStart,
} from './zip-directory.js';
export type { ZipEntry } from './zip-directory.js';
