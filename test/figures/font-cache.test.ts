import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, test } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'credence-test-'));
  folders.push(folder);
  return folder;
}

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" font-size="14"><text x="2" y="15">Agσ</text></svg>';

/** Draws text in a process of its own, which is killed then. Returns the picture's bytes in hexadecimal digits. */
async function drawnAndKilled(cache: string, temporary: string): Promise<string> {
  const code = `
    import { renderPng } from '#credence/figures/node/index';
    process.stdout.write(Buffer.from(renderPng({ svg: ${JSON.stringify(SVG)} })).toString('hex') + '\\n');
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, CREDENCE_CACHE: cache, TMPDIR: temporary, TEMP: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (text.endsWith('\n')) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(stderr).toBe('');
  return stdout;
}

const fontsIn = (cache: string): string[] => readdirSync(join(cache, 'fonts')).toSorted();

describe('fonts of the rasteriser', () => {
  test('a process that is killed leaves the four of the cache, which the next one reads', async () => {
    const [cache, temporary] = [emptyFolder(), emptyFolder()];
    const first = await drawnAndKilled(cache, temporary);
    const fonts = fontsIn(cache);
    expect(fonts.map((name) => name.replace(/^[0-9a-f]{16}-/, ''))).toEqual(
      expect.arrayContaining(['greek-400.ttf', 'greek-600.ttf', 'latin-400.ttf', 'latin-600.ttf']),
    );
    const written = fonts.map((name) => statSync(join(cache, 'fonts', name)).ino);
    expect(await drawnAndKilled(cache, temporary)).toBe(first);
    expect(fontsIn(cache)).toEqual(fonts);
    expect(fonts.map((name) => statSync(join(cache, 'fonts', name)).ino)).toEqual(written);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('one that is damaged is written anew', async () => {
    const cache = emptyFolder();
    const first = await drawnAndKilled(cache, emptyFolder());
    const fonts = fontsIn(cache);
    for (const name of fonts) writeFileSync(join(cache, 'fonts', name), 'half a fo');
    expect(await drawnAndKilled(cache, emptyFolder())).toBe(first);
    expect(fontsIn(cache)).toEqual(fonts);
  });

  test('a cache that cannot be written to: the same picture, four files of the folder for temporary ones', async () => {
    const [cache, temporary] = [emptyFolder(), emptyFolder()];
    writeFileSync(join(cache, 'file'), '');
    const through = join(cache, 'file', 'cache');
    const picture = await drawnAndKilled(through, temporary);
    expect(picture).toBe(await drawnAndKilled(emptyFolder(), emptyFolder()));
    const files = readdirSync(temporary);
    expect(files).toHaveLength(4);
    await drawnAndKilled(through, temporary);
    expect(readdirSync(temporary)).toEqual(files);
  });
});
