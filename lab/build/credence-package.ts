import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** `credence/linear` and the others where the package's own `exports` say they are, under `root`. */
export function credencePackage(root: string): Plugin {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, string>>;
  };
  return {
    name: 'credence package',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!id.startsWith('credence/')) return undefined;
      const target = exports[`.${id.slice('credence'.length)}`];
      if (target === undefined) throw new Error(`${importer ?? 'the lab'}: package.json exports no '${id}'`);
      return join(root, target);
    },
  };
}
