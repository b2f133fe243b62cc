import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Larger files, the runtime among them, are kept when they are first used instead of beforehand. */
const LARGEST = 1_000_000;
/** And what most visits never ask for. */
const RARE = /onnxruntime-webgpu/;

/** Tells the service worker which files the page consists of, and a version that changes with any of them. */
export function serviceWorker(): Plugin {
  let publicFolder = '';
  return {
    name: 'service worker',
    enforce: 'post',
    apply: 'build',
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    generateBundle(_, bundle) {
      const worker = bundle['service-worker.js'];
      if (worker?.type !== 'chunk') return;
      const version = createHash('sha256');
      const files = ['./'];
      for (const name of readdirSync(publicFolder).toSorted()) {
        version.update(name).update(readFileSync(join(publicFolder, name)));
        files.push(`./${name}`);
      }
      for (const [name, file] of Object.entries(bundle).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        if (file === worker || name.endsWith('.map')) continue;
        const content = file.type === 'chunk' ? file.code : file.source;
        version.update(name).update(content);
        if (content.length <= LARGEST && !RARE.test(name) && name !== 'index.html') files.push(`./${name}`);
      }
      worker.code = worker.code
        .replaceAll('PAGE_FILES', JSON.stringify(files))
        .replaceAll('PAGE_VERSION', JSON.stringify(version.digest('hex').slice(0, 16)));
    },
  };
}
