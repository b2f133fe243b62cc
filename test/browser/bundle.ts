import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import type { Plugin } from 'vite';

/** A folder that is gone when the test is. */
export interface Bundle extends AsyncDisposable {
  readonly folder: string;
}

/** The page of this folder as a browser loads it. */
export async function bundlePage(): Promise<Bundle> {
  const bundle = await temporary();
  await build({
    root: 'test/browser',
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: bundle.folder,
      emptyOutDir: true,
      target: 'es2023',
      // The runtime's threads load the file that the runtime is in, where there is no document.
      modulePreload: { polyfill: false },
    },
  });
  return bundle;
}

/** `scenario.mjs` in the conditions of a browser, onnxruntime-web apart, which has a build for Node. */
export async function bundleScenario(): Promise<Bundle> {
  const bundle = await temporary();
  await symlink(resolve('node_modules'), join(bundle.folder, 'node_modules'));
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['browser'] },
    ssr: {
      noExternal: true,
      external: ['onnxruntime-web/wasm', 'onnxruntime-web/webgpu'],
      resolve: { conditions: ['browser'] },
    },
    build: {
      ssr: 'test/browser/scenario.ts',
      outDir: bundle.folder,
      emptyOutDir: false,
      target: 'es2023',
      rollupOptions: { output: { entryFileNames: 'scenario.mjs' } },
    },
  });
  return bundle;
}

/** The modules of Node that a module of the package draws into a page. */
export async function nodeModulesOf(module: string): Promise<string[]> {
  const found = new Set<string>();
  const spy: Plugin = {
    name: 'modules of node',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === 'page') return '\0page';
      if (!id.startsWith('node:')) return undefined;
      found.add(`${id} from ${importer}`);
      return { id, external: true };
    },
    load(id) {
      return id === '\0page'
        ? `import * as module from '#credence/${module}'; console.log(module);`
        : undefined;
    },
  };
  // Nothing is written; the 40 MB of WebAssembly need not be read either.
  const empty: Plugin = {
    name: 'no WebAssembly',
    enforce: 'pre',
    resolveId: (id) => (id.startsWith('onnxruntime-web') ? { id, external: true } : undefined),
  };
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [spy, empty],
    build: { write: false, minify: false, target: 'es2023', rollupOptions: { input: 'page' } },
  });
  return [...found];
}

async function temporary(): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'credence-browser-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
