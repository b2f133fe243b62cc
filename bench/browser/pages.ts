import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { build } from 'vite';
import { SOURCE } from './peers.js';

/** Pages by the name of their library. */
export type PageName = 'credence' | 'tensorflow' | 'jax';

/** Builds pages as a user's bundler would. */
export async function buildPages(names: readonly PageName[], folder: string): Promise<void> {
  for (const name of names) {
    await build({
      root: join(SOURCE, 'page'),
      base: './',
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: join(folder, name),
        emptyOutDir: true,
        target: 'es2023',
        // TensorFlow.js makes its workers of the text of a function, which a minifier would break.
        minify: false,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 10_000,
        rollupOptions: { input: join(SOURCE, 'page', pageFile(name)) },
      },
    });
  }
}

/** The file of a page, in the source and in the folder that is named after the page. */
export function pageFile(name: PageName): string {
  return `${name}.html`;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** What a page needs to have shared memory, and with it threads. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** A folder on 127.0.0.1; `isolated`: with the headers of cross-origin isolation. */
export async function servePages(
  folder: string,
  { isolated }: { readonly isolated: boolean },
): Promise<AsyncDisposable & { readonly url: string }> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const bytes = await readFile(join(folder, normalize(pathname))).catch(() => undefined);
    const type = TYPES[extname(pathname)] ?? 'application/octet-stream';
    response.writeHead(bytes === undefined ? 404 : 200, { 'content-type': type, ...(isolated && ISOLATION) });
    // Chromium takes an answer without a body for a failure of the network.
    response.end(bytes ?? 'not found');
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
