import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * Where downloads are kept: $CREDENCE_CACHE; else 'credence' in $XDG_CACHE_HOME; else the platform's place for caches:
 * ~/.cache/credence, ~/Library/Caches/credence (macOS), %LOCALAPPDATA%\credence\Cache (Windows). The folder may not be
 * there yet.
 *
 * Source: XDG Base Directory Specification 0.8 (a relative $XDG_CACHE_HOME is ignored).
 */
export function cacheFolder({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: {
  env?: Readonly<Record<string, string | undefined>>;
  platform?: string;
  home?: string;
} = {}): string {
  if (env['CREDENCE_CACHE']) return resolve(env['CREDENCE_CACHE']);
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg && isAbsolute(xdg)) return join(xdg, 'credence');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'credence');
  if (platform === 'win32') {
    return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'credence', 'Cache');
  }
  return join(home, '.cache', 'credence');
}
