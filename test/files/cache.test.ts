import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder } from '#credence/files/index';

test.each([
  ['$CREDENCE_CACHE first', { CREDENCE_CACHE: '/c', XDG_CACHE_HOME: '/x' }, 'linux', '/c'],
  ['$CREDENCE_CACHE from the current folder', { CREDENCE_CACHE: 'c' }, 'linux', resolve('c')],
  ['then $XDG_CACHE_HOME', { XDG_CACHE_HOME: '/x' }, 'linux', '/x/credence'],
  ['on a Mac too', { XDG_CACHE_HOME: '/x' }, 'darwin', '/x/credence'],
  ['unless it is relative', { XDG_CACHE_HOME: 'x' }, 'linux', '/home/me/.cache/credence'],
  [
    'nothing, for an empty one',
    { CREDENCE_CACHE: '', XDG_CACHE_HOME: '' },
    'linux',
    '/home/me/.cache/credence',
  ],
  ['else ~/.cache', {}, 'linux', '/home/me/.cache/credence'],
  ['or ~/Library/Caches', {}, 'darwin', '/home/me/Library/Caches/credence'],
  ['or local application data', { LOCALAPPDATA: '/local' }, 'win32', '/local/credence/Cache'],
  ['where they usually are', {}, 'win32', '/home/me/AppData/Local/credence/Cache'],
] as const)('cacheFolder: %s', (_, env, platform, expected) => {
  expect(cacheFolder({ env, platform, home: '/home/me' })).toBe(expected);
});

test('cacheFolder: of this machine', () => {
  expect(cacheFolder({ env: {}, platform: 'linux' })).toBe(join(homedir(), '.cache', 'credence'));
});
