import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { jpegDecoder } from './jpeg-decoder.js';
import type { DecodeJpeg } from './jpeg-decoder.js';

const WASM = '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';

/** See `DecodeJpeg`; in Node. */
export const decodeJpeg: DecodeJpeg = jpegDecoder(async () => {
  const require = createRequire(import.meta.url);
  return WebAssembly.compile(await readFile(require.resolve(WASM)));
});
