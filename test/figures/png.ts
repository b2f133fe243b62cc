import { inflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Reads an 8-bit PNG without interlace, grey or RGBA: the oracle of the figures' pictures. */
export function decodePng(png: Uint8Array): Pixels {
  const bytes = Buffer.from(png);
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const channels = bytes[25] === 6 ? 4 : 1;
  const packed: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') {
      packed.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
    }
  }
  const raw = inflateSync(Buffer.concat(packed));
  const stride = width * channels;
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : data[y * stride + x - channels]!;
      const above = y === 0 ? 0 : data[(y - 1) * stride + x]!;
      const corner = x < channels || y === 0 ? 0 : data[(y - 1) * stride + x - channels]!;
      const predicted = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter]!;
      data[y * stride + x] = raw[y * (stride + 1) + 1 + x]! + predicted;
    }
  }
  return { width, height, channels, data };
}

/** Of the three neighbours the one nearest to left + above - corner (PNG, third edition, 9.4). */
function paeth(left: number, above: number, corner: number): number {
  const distances = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  return [left, above, corner][distances.indexOf(Math.min(...distances))]!;
}

/** The pictures inside a figure, in order. */
export function picturesOf(svg: string): Pixels[] {
  return [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, data]) =>
    decodePng(Buffer.from(data!, 'base64')),
  );
}

/** The colour of a pixel as hexadecimal digits, counted from the upper left. */
export function pixel({ width, channels, data }: Pixels, x: number, y: number): string {
  return Buffer.from(data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)).toString(
    'hex',
  );
}
