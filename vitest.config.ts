import { defineConfig } from 'vitest/config';

/** Tests of pages; they wait for a browser, so they have the machine to themselves, and time. */
const PAGES = ['test/lab/**/*.test.ts', 'test/browser/chromium.test.ts'];

export default defineConfig({
  test: {
    setupFiles: ['test/setup/warnings.ts', 'test/setup/seed.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'library',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: PAGES,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          include: PAGES,
          globalSetup: 'test/lab/built-lab.ts',
          // Longer than anything is waited for in them, so that what fails is said.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});
