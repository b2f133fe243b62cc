import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { folderOf } from './folder.js';

interface TestFile {
  readonly status: 'passed' | 'failed';
  readonly assertionResults: readonly { readonly status: 'passed' | 'failed' | 'skipped' }[];
}

function counts(report: { readonly testResults: readonly TestFile[] } | undefined, exitCode: number): string {
  const folder = folderOf(report === undefined ? {} : { 'tests.json': JSON.stringify(report) });
  const args = ['scripts/counts.mjs', join(folder, 'tests.json'), `${exitCode}`];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout.trim();
}

const one = { status: 'passed' } as const;
const bad = { status: 'failed' } as const;
const skipped = { status: 'skipped' } as const;

it('counts tests, and a file that did not load as one failure', () => {
  const testResults: TestFile[] = [
    { status: 'passed', assertionResults: [one, one, skipped] },
    { status: 'failed', assertionResults: [one, bad, bad] },
    { status: 'failed', assertionResults: [] },
  ];
  expect(counts({ testResults }, 1)).toBe('3 3');
});

it('never reports a failed run as a success', () => {
  expect(counts({ testResults: [{ status: 'passed', assertionResults: [one] }] }, 0)).toBe('1 0');
  expect(counts({ testResults: [{ status: 'passed', assertionResults: [one] }] }, 1)).toBe('1 1');
  expect(counts({ testResults: [] }, 0)).toBe('0 1');
  expect(counts(undefined, 0)).toBe('0 1');
});
