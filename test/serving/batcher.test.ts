import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, RuntimeError } from '#credence/errors/index';
import type { Fetches } from '#credence/runtime/index';
import { Batcher, RequestError } from '#credence/serving/index';
import type { BatcherOptions } from '#credence/serving/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

const DEFAULTS: BatcherOptions = { maxBatch: 4, maxDelay: 5, maxQueue: 100, slots: 1 };

/** Rows with a number each, of which the run below gives the double. */
function rows(...values: readonly number[]): Tensor<'float32'> {
  return tensor('float32', [values.length, 1], Float32Array.from(values));
}

function doubled({ shape: [n = 0], data }: Tensor<'float32'>): Fetches {
  return { twice: tensor('float32', [n], data.map((value) => 2 * value).slice(0, n)) };
}

/** Runs that end when they are told to. */
function held(): {
  readonly run: (batch: Tensor<'float32'>) => Promise<Fetches>;
  readonly batches: number[][];
  readonly finish: () => Promise<void>;
} {
  const batches: number[][] = [];
  const waiting: (() => void)[] = [];
  return {
    batches,
    run(batch) {
      batches.push([...batch.data]);
      return new Promise((resolve) => waiting.push(() => resolve(doubled(batch))));
    },
    async finish() {
      while (waiting.length > 0) {
        for (const end of waiting.splice(0)) end();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

const numbers = ({ twice }: Fetches): number[] => [...(twice!.data as Float32Array)];

describe('Batcher', () => {
  test('joins what comes within the delay, in its order, and gives each call its own rows', async () => {
    const seen: number[][] = [];
    const batcher = new Batcher(async (batch) => {
      seen.push([...batch.data]);
      return doubled(batch);
    }, DEFAULTS);
    const answers = await Promise.all([batcher.submit(rows(1)), batcher.submit(rows(2, 3))]);
    expect(answers.map(numbers)).toEqual([[2], [4, 6]]);
    expect(seen).toEqual([[1, 2, 3]]);
  });

  test('begins a full batch at once, and one that is not full after the delay', async () => {
    const { run, batches, finish } = held();
    const batcher = new Batcher(run, { ...DEFAULTS, maxDelay: 60, slots: 2 });
    const full = batcher.submit(rows(1, 2, 3, 4));
    const started = performance.now();
    const rest = batcher.submit(rows(5));
    expect(batches).toEqual([[1, 2, 3, 4]]);
    while (batches.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    // A timer may be a millisecond early.
    expect(performance.now() - started).toBeGreaterThan(58);
    await finish();
    expect(numbers(await full)).toEqual([2, 4, 6, 8]);
    expect(numbers(await rest)).toEqual([10]);
  });

  test('rows gather while all slots are at work, without a delay', async () => {
    const { run, batches, finish } = held();
    const batcher = new Batcher(run, { ...DEFAULTS, maxDelay: 0 });
    const all = [1, 2, 3, 4, 5, 6].map((value) => batcher.submit(rows(value)));
    expect(batcher.waitingRows).toBe(5);
    expect(batcher.activeRuns).toBe(1);
    await finish();
    expect((await Promise.all(all)).map(numbers)).toEqual([[2], [4], [6], [8], [10], [12]]);
    expect(batches).toEqual([[1], [2, 3, 4, 5], [6]]);
    expect([batcher.waitingRows, batcher.activeRuns]).toEqual([0, 0]);
  });

  test('splits a call that is larger than a run, whose pieces may end in any order', async () => {
    const ends: (() => void)[] = [];
    const batcher = new Batcher(
      (batch) => new Promise((resolve) => ends.push(() => resolve(doubled(batch)))),
      { ...DEFAULTS, slots: 3, maxDelay: 0 },
    );
    const answer = batcher.submit(rows(1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(ends).toHaveLength(3);
    for (const end of ends.toReversed()) {
      end();
      await Promise.resolve();
    }
    expect(numbers(await answer)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  test('examples of different shapes do not share a run', async () => {
    const shapes: string[] = [];
    const batcher = new Batcher(async (batch) => {
      shapes.push(batch.shape.join());
      return { twice: tensor('float32', [batch.shape[0]!], new Float32Array(batch.shape[0]!)) };
    }, DEFAULTS);
    const wide = tensor('float32', [1, 3], new Float32Array(3));
    await Promise.all([batcher.submit(rows(1)), batcher.submit(wide), batcher.submit(rows(2))]);
    expect(shapes).toEqual(['1,1', '1,3', '1,1']);
  });

  test('refuses what the queue has no room for, at once, and what it never has', async () => {
    const { run, finish } = held();
    const batcher = new Batcher(run, { ...DEFAULTS, maxDelay: 0, maxQueue: 3 });
    const accepted = [batcher.submit(rows(0)), batcher.submit(rows(1, 2))];
    const full = await batcher.submit(rows(3, 4)).catch((error: unknown) => error);
    expect(full).toBeInstanceOf(RequestError);
    expect(full).toMatchObject({ status: 503, code: 'E_OVERLOADED', headers: { 'retry-after': '1' } });
    expect(await batcher.submit(rows(1, 2, 3, 4)).catch((error: unknown) => error)).toMatchObject({
      status: 413,
    });
    await finish();
    expect((await Promise.all(accepted)).map(numbers)).toEqual([[0], [2, 4]]);
  });

  test('drops the rows of a call that is given up, those in a run too', async () => {
    const { run, batches, finish } = held();
    const batcher = new Batcher(run, { ...DEFAULTS, maxDelay: 0 });
    const controllers = [new AbortController(), new AbortController(), new AbortController()];
    const answers = controllers.map(({ signal }, i) => batcher.submit(rows(i), { signal }));
    const reason = new Error('too late');
    controllers[0]!.abort(reason);
    controllers[1]!.abort(reason);
    await expect(answers[0]).rejects.toBe(reason);
    await expect(answers[1]).rejects.toBe(reason);
    expect(batcher.waitingRows).toBe(1);
    await finish();
    expect(numbers(await answers[2]!)).toEqual([4]);
    expect(batches).toEqual([[0], [2]]);
    await expect(batcher.submit(rows(1), { signal: controllers[0]!.signal })).rejects.toBe(reason);
  });

  test('an input that the model cannot take is an error of its own call', async () => {
    const batcher = new Batcher(
      async (batch) => {
        if (batch.data.includes(13)) throw new RuntimeError({ what: 'running', got: '13' });
        return doubled(batch);
      },
      { ...DEFAULTS, maxBatch: 8 },
    );
    const answers = [rows(1), rows(13), rows(2, 3)].map((own) => batcher.submit(own));
    const settled = await Promise.allSettled(answers);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(numbers(await answers[2]!)).toEqual([4, 6]);
    expect(batcher.waitingRows).toBe(0);
  });

  test('whatever comes when, each call gets the outputs of its rows, or its error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 0, max: 3 })), {
          maxLength: 20,
        }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        async (calls, maxBatch, slots) => {
          let [active, most, next] = [0, 0, 0];
          const batcher = new Batcher(
            async (batch) => {
              expect(batch.shape[0]).toBeLessThanOrEqual(maxBatch);
              most = Math.max(most, ++active);
              await new Promise((resolve) => setTimeout(resolve, batch.data[0]! % 3));
              active--;
              if (batch.data.some((value) => value % 17 === 0)) throw new Error('17');
              return doubled(batch);
            },
            { maxBatch, slots, maxDelay: 1, maxQueue: 1000 },
          );
          const answers = calls.map(async ([count, wait]) => {
            const own = Array.from({ length: count }, () => ++next);
            await new Promise((resolve) => setTimeout(resolve, wait));
            const answer = await batcher.submit(rows(...own)).catch(() => 'failed');
            const fails = own.some((value) => value % 17 === 0);
            expect(typeof answer === 'string' ? answer : numbers(answer)).toEqual(
              fails ? 'failed' : own.map((value) => 2 * value),
            );
          });
          await Promise.all(answers);
          expect(most).toBeLessThanOrEqual(slots);
          expect(batcher.waitingRows).toBe(0);
          // Other runs of a call that has failed may go on.
          await expect.poll(() => batcher.activeRuns, { interval: 1 }).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    [{ maxBatch: 0 }, /maxBatch: expected an integer of at least 1, got 0/],
    [{ maxQueue: 1.5 }, /maxQueue/],
    [{ slots: NaN }, /slots/],
    [{ maxDelay: -1 }, /maxDelay: expected milliseconds from 0/],
  ])('refuses %o', (own, message) => {
    const make = (): Batcher => new Batcher(async () => ({}), { ...DEFAULTS, ...own });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });
});
