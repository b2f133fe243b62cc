// `npm run lab`: builds the page and serves it on this machine, with the headers that threads need.
// Options: --port N, --host [ADDRESS] (so that others in the network can open it), --no-open.
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';

const root = dirname(fileURLToPath(import.meta.url));

/** @type {{ values: { port?: string, host?: string, 'no-open'?: boolean } } | undefined} */
const options = read();
if (options === undefined) process.exitCode = 2;
else await serve(options.values);

/** @param {{ port?: string, host?: string, 'no-open'?: boolean }} values */
async function serve({ port = '4280', host = '127.0.0.1', 'no-open': noOpen = false }) {
  process.stderr.write('lab: building the page\n');
  await build({ root, logLevel: 'error' });
  const server = await preview({
    root,
    logLevel: 'warn',
    preview: { host, port: Number(port), open: !noOpen && hasDisplay() },
  });
  const { local = [], network = [] } = server.resolvedUrls ?? {};
  for (const url of [...local, ...network]) process.stdout.write(`${url}\n`);
  process.stderr.write('lab: ready; Ctrl-C ends it\n');
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => void server.close().finally(() => process.exit(0)));
  }
}

function read() {
  try {
    return parseArgs({
      options: { port: { type: 'string' }, host: { type: 'string' }, 'no-open': { type: 'boolean' } },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`lab: ${message}\n`);
    return undefined;
  }
}

function hasDisplay() {
  if (process.env['CI']) return false;
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}
