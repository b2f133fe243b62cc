import { describe, expect, test } from 'vitest';
import { decide, isOpen, ROUNDS, sentence } from '../../lab/src/compute/provider.js';
import type { Choice } from '../../lab/src/compute/provider.js';
import { tryBoth } from '../../lab/src/compute/trial.js';
import type { Contestant, Workload } from '../../lab/src/compute/trial.js';

const TOLERANCE = 1e-3;
const wasm = [12, 13, 12.5, 14, 12.2];

describe('the decision', () => {
  test.each([
    { name: 'faster', webgpu: [4, 4.1, 3.9, 4, 5], backend: 'webgpu', reason: 'faster' },
    {
      name: 'faster but for one run that was delayed',
      webgpu: [4, 40, 4, 4, 4],
      backend: 'webgpu',
      reason: 'faster',
    },
    { name: 'delayed twice', webgpu: [4, 40, 4, 40, 4], backend: 'wasm', reason: 'noise' },
    {
      name: 'faster within the noise',
      webgpu: [11.9, 12.1, 12.4, 12.3, 11.8],
      backend: 'wasm',
      reason: 'noise',
    },
    { name: 'the same', webgpu: wasm, backend: 'wasm', reason: 'slower' },
    { name: 'slower', webgpu: [31, 30, 33, 29, 31], backend: 'wasm', reason: 'slower' },
    { name: 'faster in too few runs', webgpu: [4, 4], backend: 'wasm', reason: 'noise' },
  ] as const)('$name: $backend', ({ webgpu, backend, reason }) => {
    const times = { wasm: wasm.slice(0, webgpu.length), webgpu };
    expect(decide({ ...times, difference: TOLERANCE }, TOLERANCE)).toMatchObject({ backend, reason });
  });

  test('numbers that rounding does not explain rule it out, however fast it is', () => {
    for (const difference of [1.01 * TOLERANCE, Infinity, NaN]) {
      const decided = decide({ wasm, webgpu: [1, 1, 1, 1, 1], difference }, TOLERANCE);
      expect(decided).toMatchObject({ backend: 'wasm', reason: 'wrong', difference });
    }
  });

  test('so does a failure, with what it said', () => {
    const decided = decide({ wasm: [12], webgpu: [], difference: 0, failure: 'device lost' }, TOLERANCE);
    expect(decided).toEqual({ wasm: 12, backend: 'wasm', reason: 'failed', detail: 'device lost' });
  });

  test('of two equals one is taken for faster as often as is said: 6 of 252 orders', () => {
    let faster = 0;
    let orders = 0;
    for (let bits = 0; bits < 2 ** (2 * ROUNDS); bits++) {
      const ranks = Array.from({ length: 2 * ROUNDS }, (_, rank) => rank);
      const webgpu = ranks.filter((rank) => (bits >> rank) & 1);
      if (webgpu.length !== ROUNDS) continue;
      orders++;
      const times = { wasm: ranks.filter((rank) => !webgpu.includes(rank)), webgpu };
      if (decide({ ...times, difference: 0 }, 0).backend === 'webgpu') faster++;
    }
    expect([faster, orders]).toEqual([6, 252]);
  });

  test('no round is run that cannot change it', () => {
    expect(isOpen({ wasm: [], webgpu: [] })).toBe(true);
    expect(isOpen({ wasm: [12], webgpu: [31] })).toBe(true);
    expect(isOpen({ wasm: [12, 13], webgpu: [31, 30] })).toBe(false);
    expect(isOpen({ wasm: [12], webgpu: [4000] })).toBe(false);
    // Slow on both: it may still be the faster one.
    expect(isOpen({ wasm: [9000], webgpu: [4000] })).toBe(true);
    expect(isOpen({ wasm, webgpu: [4, 4, 4, 4, 4] })).toBe(false);
  });
});

describe('the sentence', () => {
  const choice: Choice = {
    workload: 'training',
    unit: 'a step',
    backend: 'wasm',
    reason: 'slower',
    threads: 2,
    wasm: 12.4,
    webgpu: 31,
  };

  test.each<[Partial<Choice>, string]>([
    [{}, 'computed with wasm, 2 threads: 12 ms a step; WebGPU 31 ms.'],
    [
      { threads: 1, webgpu: 9.96, reason: 'noise' },
      'computed with wasm, 1 thread: 12 ms a step; WebGPU 10.0 ms, no faster beyond the noise.',
    ],
    [
      { backend: 'webgpu', webgpu: 4, reason: 'faster' },
      'computed with WebGPU: 4.0 ms a step; wasm, 2 threads: 12 ms. Its last bits differ from those of wasm and of Node.',
    ],
    [
      { reason: 'wrong', difference: 0.256 },
      'computed with wasm, 2 threads: 12 ms a step; WebGPU is not used: it computes other numbers (0.26 apart).',
    ],
    [
      { reason: 'failed', detail: 'device lost' },
      'computed with wasm, 2 threads: 12 ms a step; WebGPU is not used: device lost.',
    ],
  ])('%o', (own, expected) => {
    expect(sentence({ ...choice, ...own })).toBe(expected);
  });

  test('says what was not measured', () => {
    const { wasm: _, webgpu: __, ...unmeasured } = choice;
    expect(sentence({ ...unmeasured, reason: 'absent' })).toBe(
      'computed with wasm, 2 threads; this browser offers no WebGPU here.',
    );
    expect(sentence({ ...unmeasured, reason: 'set' })).toBe('computed with wasm, 2 threads, as set.');
    expect(sentence({ ...unmeasured, backend: 'webgpu', reason: 'set' })).toMatch(
      /^computed with WebGPU, as set, unmeasured\. /,
    );
  });
});

describe('the trial', () => {
  /** A clock that work moves; each contestant counts its runs and how often it was closed. */
  function made(
    { webgpu, wasm = () => [1] }: { webgpu: () => number[]; wasm?: () => number[] },
    took = { cpu: 10, webgpu: 2 },
  ) {
    let time = 0;
    const log: string[] = [];
    const workload: Workload = {
      name: 'made up',
      unit: 'a run',
      tolerance: TOLERANCE,
      async open(provider): Promise<Contestant> {
        log.push(`open ${provider}`);
        return {
          async run() {
            log.push(provider);
            time += took[provider as 'cpu'];
            return provider === 'cpu' ? wasm() : webgpu();
          },
          async close() {
            log.push(`close ${provider}`);
          },
        };
      },
    };
    const measure = () => tryBoth(workload, { now: () => time, breathe: async () => undefined, limit: 1000 });
    return { measure, log };
  }

  test('warms up, then times both in turns', async () => {
    const { measure, log } = made({ webgpu: () => [1 + TOLERANCE / 2] });
    const measured = await measure();
    expect(measured).toMatchObject({ wasm: Array(ROUNDS).fill(10), webgpu: Array(ROUNDS).fill(2) });
    expect(measured.difference).toBeCloseTo(TOLERANCE / 2, 9);
    expect(log.slice(0, 6)).toEqual(['open cpu', 'cpu', 'open webgpu', 'webgpu', 'cpu', 'webgpu']);
    expect(log.filter((entry) => entry.startsWith('close')).toSorted()).toEqual([
      'close cpu',
      'close webgpu',
    ]);
    expect(decide(measured, TOLERANCE).backend).toBe('webgpu');
  });

  test('stops when the slower one cannot win any more', async () => {
    const { measure } = made({ webgpu: () => [1] }, { cpu: 10, webgpu: 30 });
    expect(await measure()).toMatchObject({ wasm: [10, 10], webgpu: [30, 30] });
  });

  test.each([
    { values: [1.1], of: 'another value' },
    { values: [NaN], of: 'no number' },
    { values: [1, 1], of: 'another length' },
  ])('$of is seen', async ({ values }) => {
    const { measure } = made({ webgpu: () => values });
    expect(decide(await measure(), TOLERANCE)).toMatchObject({ backend: 'wasm', reason: 'wrong' });
  });

  test('numbers that part in a later run are seen', async () => {
    let runs = 0;
    const { measure } = made({ webgpu: () => [++runs === 3 ? 2 : 1] });
    const measured = await measure();
    expect(measured.webgpu).toHaveLength(2);
    expect(decide(measured, TOLERANCE)).toMatchObject({ reason: 'wrong', difference: 1 });
  });

  test('a failure of WebGPU is told, with the time of wasm; one of wasm is thrown', async () => {
    const failing = (): never => {
      throw new Error('device lost.\nat somewhere');
    };
    expect(await made({ webgpu: failing }).measure()).toMatchObject({
      wasm: [10],
      webgpu: [],
      failure: 'device lost',
    });
    const { measure, log } = made({ webgpu: () => [1], wasm: failing });
    await expect(measure()).rejects.toThrow('device lost');
    expect(log).toEqual(['open cpu', 'cpu', 'close cpu']);
  });

  test('a long message is shortened', async () => {
    const webgpu = (): never => {
      throw new Error('x'.repeat(1000));
    };
    const { failure } = await made({ webgpu }).measure();
    expect(failure).toMatch(/^x{160}…$/);
  });

  test('one that never answers has failed', async () => {
    const workload: Workload = {
      name: 'hanging',
      unit: 'a run',
      tolerance: 0,
      open: async (provider) => ({
        run: () => (provider === 'cpu' ? Promise.resolve([1]) : new Promise(() => undefined)),
        close: async () => undefined,
      }),
    };
    const measured = await tryBoth(workload, { now: () => 0, breathe: async () => undefined, limit: 5 });
    expect(measured.failure).toBe('no answer within 0.005 s');
  });

  test('a cancellation ends it, and both are closed', async () => {
    const closed: string[] = [];
    const workload: Workload = {
      name: 'cancelled',
      unit: 'a run',
      tolerance: 0,
      open: async (provider) => ({ run: async () => [1], close: async () => void closed.push(provider) }),
    };
    let turns = 0;
    const breathe = async (): Promise<void> => {
      if (++turns === 2) throw new Error('cancelled');
    };
    await expect(tryBoth(workload, { now: () => 0, breathe })).rejects.toThrow('cancelled');
    expect(closed.toSorted()).toEqual(['cpu', 'webgpu']);
  });
});
