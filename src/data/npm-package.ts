import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder of an npm package that is installed beside this library or in the current project, else undefined. */
export function packageFolder(name: string): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}
