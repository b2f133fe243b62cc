/** Takes a stream of bytes apart into pieces of given sizes. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `size` bytes, in memory of their own; fewer only where the stream ends. */
  async read(size: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let missing = size;
    while (missing > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) break;
        this.#rest = new Uint8Array(
          next.value.buffer as ArrayBuffer,
          next.value.byteOffset,
          next.value.length,
        );
      }
      const piece = this.#rest.subarray(0, missing);
      pieces.push(piece);
      this.#rest = this.#rest.subarray(piece.length);
      missing -= piece.length;
    }
    const bytes = new Uint8Array(size - missing);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
