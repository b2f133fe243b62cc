import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DownloadError, FileError, InterruptedError } from '#credence/errors/index';
import { fetchFile } from '#credence/files/index';
import type { DownloadOptions, RemoteFile } from '#credence/files/index';
import { serve, temporaryFolder, withRanges } from './server.js';

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 5);
const HALF = CONTENT.length / 2;

function remote(...homes: string[]): RemoteFile {
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  return { name: 'set.gz', homes, sha256, bytes: CONTENT.length };
}

async function fetchesWhole(
  folder: string,
  file: RemoteFile,
  options: Partial<DownloadOptions> = {},
): Promise<boolean> {
  const path = await fetchFile(file, { folder, ...options });
  expect(path).toBe(join(folder, file.name));
  expect(await readdir(folder)).toEqual([file.name]);
  return (await readFile(path)).equals(CONTENT);
}

describe('fetchFile', () => {
  test('fetches once, tells the progress, and finds the file the next time', async () => {
    const { url, requests } = await serve(withRanges(CONTENT));
    const folder = join(await temporaryFolder(), 'not', 'there', 'yet');
    const received: number[] = [];
    const onProgress: DownloadOptions['onProgress'] = (progress) => {
      expect(progress).toMatchObject({ name: 'set.gz', home: url, total: CONTENT.length });
      received.push(progress.received);
    };
    expect(await fetchesWhole(folder, remote(url), { onProgress })).toBe(true);
    expect(received.at(-1)).toBe(CONTENT.length);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(requests[0]?.url).toBe('/sets/set.gz');
    expect(await fetchesWhole(folder, remote(url))).toBe(true);
    expect(requests.length).toBe(1);
  });

  test('replaces a cached file that is damaged', async () => {
    const { url } = await serve(withRanges(CONTENT));
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'set.gz'),
      CONTENT.map((byte) => byte ^ 1),
    );
    expect(await fetchesWhole(folder, remote(url))).toBe(true);
  });

  test('resumes a part, asking for the rest only', async () => {
    const { url, requests } = await serve(withRanges(CONTENT));
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'set.gz.part'), CONTENT.subarray(0, HALF));
    expect(await fetchesWhole(folder, remote(url))).toBe(true);
    expect(requests.map(({ headers }) => headers.range)).toEqual([`bytes=${HALF}-`]);
  });

  test('uses a part that is whole without asking', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'set.gz.part'), CONTENT);
    expect(await fetchesWhole(folder, remote('http://127.0.0.1:1/'))).toBe(true);
  });

  test('takes over the part of a process that was killed, not of one that runs', async () => {
    const { url, requests } = await serve(withRanges(CONTENT));
    const folder = await temporaryFolder();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await writeFile(join(folder, `set.gz.${pid}-00000000.part`), CONTENT.subarray(0, HALF));
    expect(await fetchesWhole(folder, remote(url))).toBe(true);
    expect(requests.map(({ headers }) => headers.range)).toEqual([`bytes=${HALF}-`]);

    const other = await temporaryFolder();
    const running = `set.gz.${process.pid}-00000000.part`;
    await writeFile(join(other, running), CONTENT.subarray(0, HALF));
    await fetchFile(remote(url), { folder: other });
    expect(requests.at(-1)?.headers.range).toBeUndefined();
    expect(await readdir(other)).toEqual(['set.gz', running]);
  });

  test.each([
    ['damaged', CONTENT.slice(0, HALF).fill(7)],
    ['too long', new Uint8Array(CONTENT.length + 1)],
    ['as long, but damaged', CONTENT.slice().fill(7)],
  ])('starts again when the part is %s', async (_, part) => {
    const { url } = await serve(withRanges(CONTENT));
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'set.gz.part'), part);
    expect(await fetchesWhole(folder, remote(url))).toBe(true);
  });

  test('starts again at a server that knows no ranges, or refuses this one', async () => {
    const whole = await serve((_, response) => response.end(CONTENT));
    const refusing = await serve((request, response) => {
      if (request.headers.range === undefined) response.end(CONTENT);
      else response.writeHead(416).end();
    });
    for (const { url } of [whole, refusing]) {
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'set.gz.part'), CONTENT.subarray(0, HALF));
      expect(await fetchesWhole(folder, remote(url))).toBe(true);
    }
  });

  test.each([`bytes 0-${CONTENT.length - 1}/${CONTENT.length}`, `bytes ${HALF}-9/10`, undefined])(
    'does not append a range that was not asked for: %s',
    async (range) => {
      const { url } = await serve((_, response) => {
        response
          .writeHead(206, range === undefined ? {} : { 'content-range': range })
          .end(CONTENT.subarray(HALF));
      });
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'set.gz.part'), CONTENT.subarray(0, HALF));
      await expect(fetchFile(remote(url), { folder })).rejects.toThrow(/HTTP 206 for/);
      expect((await readFile(join(folder, 'set.gz.part'))).equals(CONTENT.subarray(0, HALF))).toBe(true);
    },
  );

  test('goes on to the next home after a 404, a wrong length, a wrong content', async () => {
    const missing = await serve((_, response) => response.writeHead(404).end('not here'));
    const short = await serve((_, response) => response.end('<html>a portal</html>'));
    const wrong = await serve(withRanges(CONTENT.slice().fill(7)));
    const good = await serve(withRanges(CONTENT));
    const file = remote(missing.url, short.url, wrong.url, good.url);
    expect(await fetchesWhole(await temporaryFolder(), file)).toBe(true);
    const folder = await temporaryFolder();
    const failing = fetchFile(remote(missing.url, short.url, wrong.url), { folder });
    await expect(failing).rejects.toThrow(DownloadError);
    await expect(failing).rejects.toThrow(
      new RegExp(
        `cannot download set\\.gz: got ${missing.url} \\(HTTP 404\\), ${short.url} \\(21 bytes instead of 300000\\), ` +
          `${wrong.url} \\(SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}\\); .*\\(data\\)`,
      ),
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('resumes at the next home what the first one broke off', async () => {
    const broken = await serve((_, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length }).write(CONTENT.subarray(0, HALF), () => {
        response.destroy();
      });
    });
    const good = await serve(withRanges(CONTENT));
    expect(await fetchesWhole(await temporaryFolder(), remote(broken.url, good.url))).toBe(true);
    expect(good.requests[0]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('notices a body without a length that ends early', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(CONTENT.subarray(0, HALF));
    });
    const folder = await temporaryFolder();
    await expect(fetchFile(remote(url), { folder })).rejects.toThrow(/only 150000 of 300000 bytes/);
    expect(await readdir(folder)).toEqual(['set.gz.part']);
  });

  test('notices a body without a length that does not end', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      response.write(CONTENT);
      response.end('and more');
    });
    await expect(fetchFile(remote(url), { folder: await temporaryFolder() })).rejects.toThrow(
      /more than 300000 bytes/,
    );
  });

  test('keeps the bytes as they are whatever the Content-Encoding says', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': CONTENT.length }).end(CONTENT);
    });
    expect(await fetchesWhole(await temporaryFolder(), remote(url))).toBe(true);
  });

  test('follows redirects, a few', async () => {
    const good = await serve(withRanges(CONTENT));
    const moved = await serve((_, response) =>
      response.writeHead(302, { location: `${good.url}set.gz` }).end(),
    );
    expect(await fetchesWhole(await temporaryFolder(), remote(moved.url))).toBe(true);
    const circle = await serve((_, response) => response.writeHead(301, { location: '/sets/set.gz' }).end());
    const elsewhere = await serve((_, response) =>
      response.writeHead(301, { location: 'file:///etc/hosts' }).end(),
    );
    const folder = await temporaryFolder();
    await expect(fetchFile(remote(circle.url, elsewhere.url), { folder })).rejects.toThrow(
      /a redirect to \/sets\/set\.gz after 5 others\), .* \(a redirect to file:\/\/\/etc\/hosts after 0 others\)/,
    );
    expect(circle.requests.length).toBe(6);
  });

  test.each(['before the answer', 'in the answer'])(
    'gives up a home that stalls %s, and keeps what came',
    async (when) => {
      const { url } = await serve((_, response) => {
        if (when === 'in the answer') {
          response.writeHead(200, { 'content-length': CONTENT.length }).write(CONTENT.subarray(0, HALF));
        }
      });
      const folder = await temporaryFolder();
      const stalled = fetchFile(remote(url), { folder, stallTimeout: 200 });
      await expect(stalled).rejects.toThrow(/no answer for 0\.2 s/);
      expect(await readdir(folder)).toEqual(when === 'in the answer' ? ['set.gz.part'] : []);
    },
  );

  test('stops on a signal, keeps what came, and goes on from there', async () => {
    const slow = await serve((_, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length }).write(CONTENT.subarray(0, HALF));
    });
    const folder = await temporaryFolder();
    const controller = new AbortController();
    const onProgress: DownloadOptions['onProgress'] = ({ received }) => {
      if (received === HALF) controller.abort();
    };
    const stopped = fetchFile(remote(slow.url, slow.url), { folder, signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow(InterruptedError);
    await expect(stopped).rejects.toThrow(/150000 bytes are kept: run it again/);
    expect(slow.requests.length).toBe(1);
    const good = await serve(withRanges(CONTENT));
    const again = fetchFile(remote(good.url), { folder, signal: controller.signal });
    await expect(again).rejects.toThrow(InterruptedError);
    expect(good.requests.length).toBe(0);
    expect(await fetchesWhole(folder, remote(good.url))).toBe(true);
    expect(good.requests[0]?.headers.range).toBe(`bytes=${HALF}-`);
  });

  test('says what is wrong with a home that cannot be reached, at once', async () => {
    const folder = await temporaryFolder();
    // Nothing listens on port 1, and nothing can be sent to port 0.
    const unreachable = fetchFile(remote('http://127.0.0.1:1/', 'nonsense'), { folder });
    await expect(unreachable).rejects.toThrow(
      /127\.0\.0\.1:1\/ \(the connection was refused\), nonsense \(not a URL\)/,
    );
    await expect(fetchFile(remote(), { folder })).rejects.toThrow(/no home to fetch it from/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('two fetches of one file at once do not disturb each other', async () => {
    const { url } = await serve(withRanges(CONTENT));
    const folder = await temporaryFolder();
    await Promise.all([1, 2, 3, 4].map(() => fetchFile(remote(url), { folder })));
    expect(await fetchesWhole(folder, remote(url))).toBe(true);
  });

  test('says so when the folder cannot be made', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const inFile = fetchFile(remote('http://127.0.0.1:1/'), { folder: join(folder, 'file', 'cache') });
    await expect(inFile).rejects.toThrow(FileError);
  });
});
