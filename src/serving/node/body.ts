import type { IncomingMessage, ServerResponse } from 'node:http';
import { FormatError } from '../../errors/index.js';
import type { ReceivedBody } from '../app.js';
import { overloaded } from '../batcher.js';
import { RequestError } from '../problem.js';

/** Bodies that are in memory at a time, in the largest ones. */
const BODIES = 8;

/** Reads bodies, each and all together within bounds. */
export class BodyReader {
  readonly #limit: number;
  #held = 0;

  /** @param limit bytes of one body. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @throws RequestError on a body that is larger than the limit, before it is read where its length is
   *   known; where there is no room for it; FormatError where its end is missing; the signal's reason.
   */
  async read(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    signal: AbortSignal,
  ): Promise<ReceivedBody> {
    const stated = Number(incoming.headers['content-length'] ?? 0);
    if (stated > this.#limit) throw this.#tooLarge(`${stated}`);
    if (this.#held + stated > BODIES * this.#limit) throw this.#noRoom();
    if (incoming.headers.expect?.toLowerCase() === '100-continue') outgoing.writeContinue();
    let size = 0;
    const release = (): void => {
      this.#held -= size;
      size = 0;
    };
    const chunks: Uint8Array[] = [];
    const onData = (chunk: Uint8Array): void => {
      size += chunk.length;
      this.#held += chunk.length;
      if (size > this.#limit) throw this.#tooLarge('more');
      if (this.#held > BODIES * this.#limit) throw this.#noRoom();
      chunks.push(chunk);
    };
    try {
      await received(incoming, onData, signal);
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      return { bytes, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  #tooLarge(got: string): RequestError {
    return new RequestError('too-large', {
      what: 'request body',
      expected: `at most ${this.#limit} bytes`,
      got,
      hint: 'send fewer examples, or start the service with a larger --max-body',
    });
  }

  #noRoom(): RequestError {
    return overloaded(`${this.#held} bytes of other requests`);
  }
}

/** Until the end of the body; the rest of one that is refused is for the server to throw away. */
function received(
  incoming: IncomingMessage,
  onData: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      incoming.off('data', take).off('end', end).off('error', cut).off('close', cut);
      signal.removeEventListener('abort', abort);
      finish();
    };
    const take = (chunk: Uint8Array): void => {
      try {
        onData(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const end = (): void => settle(resolve);
    const cut = (): void =>
      settle(() => reject(new FormatError({ what: 'request body', expected: 'all of it', got: 'a part' })));
    const abort = (): void => settle(() => reject(signal.reason as Error));
    if (signal.aborted) return abort();
    if (incoming.destroyed) return cut();
    incoming.on('data', take).on('end', end).on('error', cut).on('close', cut);
    signal.addEventListener('abort', abort, { once: true });
  });
}
