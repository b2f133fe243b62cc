import { get as getHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';

/** A reason why a home did not serve a file, in words; other homes may. */
export class HomeError extends Error {}

const MOST_REDIRECTS = 5;

/** An answer's status, headers and bytes as they were sent; the bytes throw when the connection breaks or stalls. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection; what was not read is dropped. */
  close(): void;
}

/**
 * GET, following redirects. The bytes are as the server has them, which fetch() does not give: it unpacks a .gz file that
 * is sent with a Content-Encoding.
 *
 * @param stallTimeout milliseconds without a byte, from the start on, after which the connection is given up.
 * @throws HomeError; an AbortError when the signal says so.
 */
export async function httpGet(
  url: URL,
  {
    headers,
    signal,
    stallTimeout,
  }: {
    headers: Readonly<Record<string, string>>;
    signal?: AbortSignal | undefined;
    stallTimeout: number;
  },
  redirects = 0,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = withResolvers<IncomingMessage>();
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  const request = get(url, { headers, ...(signal === undefined ? {} : { signal }) }, resolve);
  const stalled = new HomeError(`no answer for ${stallTimeout / 1000} s`);
  let giveUp = (): void => void request.destroy(stalled);
  const timer = setTimeout(() => giveUp(), stallTimeout);
  request.on('error', (error) => reject(asHomeError(error, signal)));
  const close = (): void => {
    clearTimeout(timer);
    request.destroy();
  };
  let response: IncomingMessage;
  try {
    response = await promise;
  } catch (error) {
    close();
    throw error;
  }
  // Destroying the request would end the response without an error.
  giveUp = () => void response.destroy(stalled);
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  if (status >= 300 && status < 400 && location !== undefined) {
    close();
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (redirects >= MOST_REDIRECTS || (next?.protocol !== 'http:' && next?.protocol !== 'https:')) {
      throw new HomeError(`a redirect to ${location} after ${redirects} others`);
    }
    return httpGet(next, { headers, signal, stallTimeout }, redirects + 1);
  }
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response as AsyncIterable<Uint8Array>) {
        timer.refresh();
        yield chunk;
      }
    } catch (error) {
      throw asHomeError(error, signal);
    } finally {
      close();
    }
  }
  return { status, headers: response.headers, body: read(), close };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is unknown: no network?',
  EAI_AGAIN: 'its name cannot be looked up: no network?',
  ENETUNREACH: 'no network',
  EHOSTUNREACH: 'cannot be reached',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ETIMEDOUT: 'no answer',
};

function asHomeError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof HomeError || signal?.aborted === true) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  return new HomeError(REASONS[code] ?? (message || code), { cause: error });
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
