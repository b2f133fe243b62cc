/// <reference types="@jsquash/jpeg/emscripten-types.d.ts" />
import createModule from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { MozJPEGModule } from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { FormatError, RuntimeError } from '../errors/index.js';
import { describeBytes, LARGEST_IMAGE } from '../formats/index.js';
import type { DecodedImage } from '../formats/index.js';
import { isJpeg } from './jpeg-signature.js';

interface Decoder {
  readonly module: MozJPEGModule;
  /** What libjpeg reported since it was last emptied. */
  readonly reports: string[];
}

/**
 * The pixels of a JPEG as RGBA, the same as libjpeg-turbo's (Pillow, torchvision); grey ones too. EXIF orientation is not
 * applied. The size is held against `limit` (pixels) before anything is allocated.
 * @throws FormatError when it is damaged, cut, or of a kind that is not read (CMYK, 12 bits); RuntimeError when the decoder
 *   cannot be loaded.
 */
export type DecodeJpeg = (
  bytes: Uint8Array,
  options?: { readonly where?: string; readonly limit?: number },
) => Promise<DecodedImage>;

/** @param compile where the WebAssembly comes from; a page fetches it beside the script unless given. */
export function jpegDecoder(compile?: () => Promise<WebAssembly.Module>): DecodeJpeg {
  let compiled: Promise<WebAssembly.Module> | undefined;
  let decoder: Promise<Decoder> | undefined;
  const create = async (): Promise<Decoder> => {
    try {
      return await createDecoder(compile && (await (compiled ??= compile())));
    } catch (cause) {
      // What could not be fetched may be there the next time.
      [compiled, decoder] = [undefined, undefined];
      throw new RuntimeError({
        what: 'decoder of JPEG images',
        expected: 'its WebAssembly',
        got: cause instanceof Error ? cause.message : String(cause),
        hint: 'try again with a network, or with images as PNG',
        cause,
      });
    }
  };
  return async (bytes, { where = 'JPEG data', limit = LARGEST_IMAGE } = {}) => {
    const size = frameSize(bytes);
    if (size === undefined) throw damaged('a JPEG image with a frame', describeBytes(bytes), where);
    if (size.width * size.height > limit) {
      throw damaged(`at most ${limit} pixels`, `${size.width} x ${size.height}`, where);
    }
    let own = (decoder ??= create());
    let { module, reports } = await own;
    // Another image may have broken it in the meantime.
    while (own !== decoder) {
      own = decoder ??= create();
      ({ module, reports } = await own);
    }
    let image: ImageData | null;
    try {
      if (!hasImageData) Reflect.set(globalThis, 'ImageData', Pixels);
      image = module.decode(bytes.slice(), false);
    } catch (cause) {
      // An error leaves the module's memory as it was at that moment.
      decoder = undefined;
      throw damaged('an intact JPEG image of grey or YCbCr', reports.join('; ') || 'another', where, cause);
    } finally {
      if (!hasImageData) Reflect.deleteProperty(globalThis, 'ImageData');
    }
    const serious = reports
      .splice(0)
      .find((report) => /premature|bad huffman|resync|inconsistent/i.test(report));
    if (serious !== undefined || image === null)
      throw damaged('an intact JPEG image', serious ?? 'none', where);
    const { data, width, height } = image;
    return { width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  };
}

const hasImageData = 'ImageData' in globalThis;

/** What the module makes its result with, where the platform has no ImageData; programs that look for one must not find it. */
class Pixels {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

async function createDecoder(wasm: WebAssembly.Module | undefined): Promise<Decoder> {
  const reports: string[] = [];
  const options = {
    noInitialRun: true,
    printErr: (text: string) => void reports.push(text),
    ...(wasm !== undefined && {
      instantiateWasm: (imports: WebAssembly.Imports, use: (instance: WebAssembly.Instance) => void) => {
        const instance = new WebAssembly.Instance(wasm, imports);
        use(instance);
        return instance.exports;
      },
    }),
  };
  return { module: await createModule(options), reports };
}

/** The size in the first frame header. Source: ITU-T T.81, B.2.2. */
function frameSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (!isJpeg(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    // 0xff may be repeated in front of a marker.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function damaged(expected: string, got: string, where: string, cause?: unknown): FormatError {
  const hint = 'the image is truncated, corrupt or of a kind that is not read';
  return new FormatError({ what: 'JPEG image', expected, got, where, hint, cause });
}
