import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DataError, FileError } from '#credence/errors/index';
import { fileError, readFileBytes, sha256, sha256OfFile, writeFileAtomic } from '#credence/files/index';
import { temporaryFolder } from './server.js';

const isRoot = process.getuid?.() === 0;
if (isRoot) process.stdout.write('skipped: a folder that is not writable, since root may write to any\n');

describe('writeFileAtomic', () => {
  test('writes text and bytes, makes folders, replaces, and leaves nothing else', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    const path = join(folder, 'results.json');
    await writeFileAtomic(path, 'é');
    expect([...(await readFileBytes(path))]).toEqual([0xc3, 0xa9]);
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...(await readFileBytes(path))]).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual(['results.json']);
  });

  test('a reader finds a whole content at any time, whoever writes', async () => {
    const path = join(await temporaryFolder(), 'checkpoint');
    const size = 200_000;
    await writeFileAtomic(path, new Uint8Array(size));
    const state = { writing: true };
    const writers = [1, 2, 3].map(async (byte) => {
      for (let i = 0; i < 10; i++) await writeFileAtomic(path, new Uint8Array(size).fill(byte));
    });
    const reader = (async () => {
      let reads = 0;
      for (; state.writing; reads++) {
        const content = await readFile(path);
        expect(content.length).toBe(size);
        expect(content.every((byte) => byte === content[0])).toBe(true);
      }
      return reads;
    })();
    await Promise.all(writers);
    state.writing = false;
    expect(await reader).toBeGreaterThan(0);
  });

  test('on failure says why, and removes the temporary file', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'taken'));
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow(
      /cannot write .*taken: got a folder.*; name a file/,
    );
    await expect(writeFileAtomic(join(folder, 'n'.repeat(300)), 'x')).rejects.toThrow(
      /a name that is too long/,
    );
    await writeFileAtomic(join(folder, 'file'), 'old');
    await expect(writeFileAtomic(join(folder, 'file', 'x'), 'x')).rejects.toThrow(FileError);
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('old');
  });

  test.skipIf(isRoot)('says so when the folder is not writable', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    await expect(writeFileAtomic(join(folder, 'x'), 'x')).rejects.toThrow(
      /no permission; change its permissions/,
    );
    await chmod(folder, 0o700);
  });
});

describe('readFileBytes', () => {
  test('of a missing file says which one, or which folder, may be meant', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'checkpoints'));
    await writeFile(join(folder, 'checkpoints', 'seed-1.safetensors'), '');
    const message = async (...path: string[]): Promise<string> => {
      const error: unknown = await readFileBytes(join(folder, ...path)).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(FileError);
      return error instanceof Error ? error.message : '';
    };
    const at = join(folder, 'checkpoints');
    expect(await message('checkpoints', 'seed1.safetensors')).toBe(
      `cannot read ${join(at, 'seed1.safetensors')}: got no such file or folder; did you mean 'seed-1.safetensors' in ${at}?`,
    );
    expect(await message('checkpoint', 'x')).toContain(`did you mean 'checkpoints' in ${folder}?`);
    expect(await message('checkpoints', 'q')).toContain(`there is no 'q' in ${at}`);
    await symlink(join(folder, 'gone'), join(folder, 'link'));
    expect(await message('link')).toContain('is a link to something that is gone');
  });

  test('of a folder says so', async () => {
    await expect(readFileBytes(await temporaryFolder())).rejects.toThrow(/got a folder; name a file/);
  });
});

test('each failure of the system has its words and its way out', async () => {
  const cases = {
    ENOSPC: /a full disk; free some space/,
    EROFS: /read-only/,
    EACCES: /no permission/,
    EMFILE: /ulimit/,
  };
  for (const [code, message] of Object.entries(cases)) {
    const error = await fileError(Object.assign(new Error(code), { code }), '/out/x', 'write');
    expect(error).toBeInstanceOf(FileError);
    expect(error.code).toBe('E_FILE');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('cannot write /out/x');
  }
  expect((await fileError(new Error('odd'), 'x', 'read')).message).toBe('cannot read x: got odd');
  const own = new DataError({ what: 'labels' });
  expect(await fileError(own, 'x', 'read')).toBe(own);
});

test('sha256 gives the published digest of "abc"', async () => {
  // FIPS 180-2, appendix B.1.
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(sha256(new TextEncoder().encode('abc'))).toBe(digest);
  const path = join(await temporaryFolder(), 'abc');
  await writeFile(path, 'abc');
  expect(await sha256OfFile(path)).toBe(digest);
  await expect(sha256OfFile(`${path}d`)).rejects.toThrow(/did you mean 'abc'/);
});
