import type { DecodeJpeg } from './jpeg-decoder.js';

let decoder: Promise<DecodeJpeg> | undefined;

/** See `DecodeJpeg`; in a page, which fetches the decoder when it is first asked for. */
export const decodeJpeg: DecodeJpeg = async (bytes, options) => {
  decoder ??= import('./jpeg-decoder.js').then(({ jpegDecoder }) => jpegDecoder());
  return (await decoder)(bytes, options);
};
