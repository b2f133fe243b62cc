import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InterruptedError } from '#credence/errors/index';
import { Recorder, runTiny, SETS, temporaryFolder, trainTiny } from './tiny.js';
import type { TinyRun } from './tiny.js';

const CLASSIFIER = join('checkpoints', 'seed-1', 'classifier.safetensors');
const CONFIDNET = join('checkpoints', 'seed-1', 'confidnet.safetensors');

const uninterrupted = runTiny();

/** What results.json has of the week, as text: equal texts are equal bytes there. */
async function bytes(run: ReturnType<typeof runTiny>): Promise<string> {
  const { seeds, summary, orders, claims } = await run;
  return JSON.stringify({ seeds, summary, orders, claims });
}

/** Stops when `phase` has reported this often. */
async function interrupt(phase: string, after: number, options: TinyRun): Promise<unknown> {
  const abort = new AbortController();
  let reports = 0;
  const reporter = new Recorder((name) => {
    if (name === phase && ++reports === after)
      abort.abort(new InterruptedError({ what: 'test', got: 'Ctrl-C' }));
  });
  return runTiny({ ...options, reporter, signal: abort.signal }).then(
    () => 'finished',
    (error: unknown) => error,
  );
}

describe('a run that was interrupted and resumed is the uninterrupted one, byte for byte', () => {
  test.each([
    ['training classifier, seed 1', 1, 0],
    ['training classifier, seed 1', 7, 2],
    ['training confidnet, seed 1', 3, 0],
    ['MC dropout, seed 1', 1, 0],
  ])('%s, report %i, %i workers', async (phase, after, workers) => {
    const folder = temporaryFolder();
    const error = await interrupt(phase, after, { folder, workers });
    expect(error).toMatchObject({ code: 'E_INTERRUPTED' });
    expect(existsSync(join(folder, CLASSIFIER))).toBe(true);
    expect(leftOvers(folder)).toEqual([]);

    const reporter = new Recorder();
    const resumed = await bytes(runTiny({ folder, workers, reporter, resume: true }));
    expect(resumed).toBe(await bytes(uninterrupted));
    if (phase.startsWith('training')) {
      const name = phase.slice('training '.length);
      expect(reporter.notes.join('\n')).toMatch(new RegExp(`${name}: resumed after step [1-9]`));
      expect((error as Error).message).toMatch(/checkpoint is .*safetensors; .*--resume/);
    }
  });

  test('without --resume it begins anew, says how to go on, and ends the same', async () => {
    const folder = temporaryFolder();
    await interrupt('training classifier, seed 1', 1, { folder });
    const reporter = new Recorder();
    const networks = await trainTiny({ folder, reporter });
    expect(networks.epochLosses).toEqual((await uninterrupted).epochLosses);
    expect(reporter.notes.join('\n')).toMatch(/begun anew \(--resume goes on from step \d+\)/);
  });
});

describe('a second run in the same folder', () => {
  test('trains nothing, says so, and gives the same bytes', async () => {
    const folder = temporaryFolder();
    await trainTiny({ folder });
    const before = [CLASSIFIER, CONFIDNET].map((file) => digest(join(folder, file)));
    const reporter = new Recorder();
    expect(await bytes(runTiny({ folder, reporter }))).toBe(await bytes(uninterrupted));
    expect(reporter.phases.filter((phase) => phase.startsWith('training'))).toEqual([]);
    expect(reporter.notes).toEqual([
      `classifier, seed 1: reused from ${join(folder, CLASSIFIER)}`,
      `confidnet, seed 1: reused from ${join(folder, CONFIDNET)}`,
    ]);
    expect([CLASSIFIER, CONFIDNET].map((file) => digest(join(folder, file)))).toEqual(before);
  });

  test.each<[string, TinyRun, string]>([
    ['the learning rate', { settings: { classifier: { epochs: 3, learningRate: 1e-3 } } }, 'learningRate'],
    ['the number of digits', { settings: { trainingDigits: 500 } }, 'digits'],
    ['the batch size', { settings: { batchSize: 50 } }, 'batchSize'],
    ['the shards', { settings: { shards: 1 } }, 'shards'],
    [
      'the training set',
      { sets: { ...SETS, mnist: { ...SETS.mnist, sha256: { 'train-images-idx3-ubyte': 'another' } } } },
      'sha256',
    ],
  ])(
    'with another value of %s trains anew and says why; with --resume it refuses',
    async (_, other, setting) => {
      const folder = temporaryFolder();
      await trainTiny({ folder });
      await expect(trainTiny({ ...other, folder, resume: true })).rejects.toMatchObject({
        code: 'E_CONFIGURATION',
        message: expect.stringMatching(new RegExp(`${setting}.*classifier.safetensors`)) as string,
      });
      const reporter = new Recorder();
      const networks = await trainTiny({ ...other, folder, reporter });
      expect(reporter.notes.join('\n')).toContain('classifier, seed 1: trained anew');
      expect(networks.epochLosses).toEqual((await trainTiny(other)).epochLosses);
    },
  );

  test('another classifier means another ConfidNet', async () => {
    const folder = temporaryFolder();
    await trainTiny({ folder });
    const reporter = new Recorder();
    const other = { settings: { classifier: { epochs: 4, learningRate: 3e-3 } } };
    const networks = await trainTiny({ ...other, folder, reporter });
    expect(reporter.notes.join('\n')).toContain('confidnet, seed 1: trained anew');
    expect(networks.epochLosses).toEqual((await trainTiny(other)).epochLosses);
  });
});

describe('a damaged checkpoint is named, and left as it is', () => {
  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['truncated', (whole) => whole.subarray(0, whole.length - 1000)],
    ['empty', () => new Uint8Array(0)],
    ['not safetensors', () => new TextEncoder().encode('not a checkpoint at all')],
    ['of zeros', (whole) => new Uint8Array(whole.length)],
  ])('%s', async (_, damage) => {
    const folder = temporaryFolder();
    await trainTiny({ folder });
    const file = join(folder, CLASSIFIER);
    writeFileSync(file, damage(readFileSync(file)));
    const damaged = digest(file);
    for (const resume of [false, true]) {
      await expect(trainTiny({ folder, resume })).rejects.toMatchObject({
        code: 'E_FORMAT',
        message: expect.stringContaining(file) as string,
      });
    }
    expect(digest(file)).toBe(damaged);
  });
});

/** Files of a folder that are not checkpoints. */
function leftOvers(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && !/^[a-z]+\.safetensors$/.test(file.name))
    .map(({ name }) => name);
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
