import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { credencePackage } from './build/credence-package.js';
import { formulas } from './build/formulas.js';
import { contentSecurityPolicy, policy } from './build/policy.js';
import { serviceWorker } from './build/service-worker.js';

const lab = dirname(fileURLToPath(import.meta.url));

/** What a page needs to have shared memory, and with it threads. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

export default defineConfig({
  root: lab,
  // Any folder of any server.
  base: './',
  plugins: [credencePackage(dirname(lab)), formulas(), contentSecurityPolicy(), serviceWorker()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      input: { index: `${lab}/index.html`, 'service-worker': `${lab}/src/offline/service-worker.ts` },
      output: {
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
  worker: {
    format: 'es',
    plugins: () => [credencePackage(dirname(lab))],
    rollupOptions: {
      output: {
        // The runtime's threads load the file that the runtime is in: nothing else may be in it.
        codeSplitting: {
          groups: [
            { name: 'onnxruntime-webgpu', test: /[\\/]ort\.webgpu\.bundle/, priority: 1 },
            { name: 'onnxruntime', test: /node_modules[\\/]onnxruntime/ },
          ],
        },
      },
    },
  },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  server: { headers },
  // The worker is answered with it as well, which the page's head says nothing to.
  preview: { headers: { ...headers, 'content-security-policy': policy } },
});
