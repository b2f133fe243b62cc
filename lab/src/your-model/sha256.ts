/** Cube roots' fractions of the first 64 primes, 32 bits of each. */
const K = Uint32Array.from(fractions(64, Math.cbrt));
const START = Uint32Array.from(fractions(8, Math.sqrt));
const BLOCK = 64;

/**
 * SHA-256 of bytes that come in pieces, which the browser's own does not take; and it is there on pages without TLS.
 *
 * Source: FIPS 180-4.
 */
export class Sha256 {
  readonly #state = START.slice();
  readonly #words = new Uint32Array(64);
  readonly #open = new Uint8Array(BLOCK);
  #filled = 0;
  #length = 0;

  update(bytes: Uint8Array): this {
    this.#length += bytes.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(BLOCK - this.#filled, bytes.length);
      this.#open.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK) return this;
      this.#compress(this.#open, 0);
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#compress(bytes, at);
    this.#open.set(bytes.subarray(at));
    this.#filled = bytes.length - at;
    return this;
  }

  /** 64 hexadecimal digits; nothing may be added afterwards. */
  digest(): string {
    const bits = 8 * this.#length;
    const rest = (this.#filled + 9 <= BLOCK ? BLOCK : 2 * BLOCK) - this.#filled;
    const padding = new Uint8Array(rest);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(rest - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(rest - 4, bits >>> 0);
    this.update(padding);
    return Array.from(this.#state, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  #compress(bytes: Uint8Array, start: number): void {
    const w = this.#words;
    const state = this.#state;
    for (let i = 0; i < 16; i++) {
      const at = start + 4 * i;
      w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
      const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
      w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
    }
    let [a, b, c, d, e, f, g, h] = Array.from(state) as Eight;
    for (let i = 0; i < 64; i++) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      // Not in one assignment of arrays, which costs half of the time.
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] = state[i]! + value));
    this.#filled = 0;
  }
}

type Eight = [number, number, number, number, number, number, number, number];

function rotated(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by));
}

/** The first 32 bits behind the point of a root of each of the first primes. */
function fractions(count: number, root: (value: number) => number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    if (Array.from({ length: n - 2 }, (_, i) => i + 2).every((divisor) => n % divisor !== 0)) {
      found.push(Math.floor((root(n) % 1) * 2 ** 32));
    }
  }
  return found;
}
