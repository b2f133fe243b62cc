import { availableParallelism } from 'node:os';
import { week3Settings } from '#credence/practical/week3/settings';
import type { Context } from '../context.js';
import { measurePhase } from '../measure.js';
import { digits } from '../report/numbers.js';
import type { Section } from '../report/section.js';
import { median } from '../statistics.js';
import { fairness } from './fairness.js';

/** Enough for steady steps, few enough to be quick. */
const DIGITS = 10_000;
const EPOCHS = 3;
const { batchSize, shards } = week3Settings({ quick: false, published: false });

interface Point {
  readonly phase: 'classifier' | 'confidnet';
  readonly threads: number;
  /** Steps a second; the peer's NaN without one. */
  readonly ours: number;
  readonly peer: number;
}

/** Training steps per second on 1, 2, 4, ... cores. */
export async function scaling(context: Context): Promise<readonly Section[]> {
  const limit = Math.min(context.options.limit ?? DIGITS, DIGITS);
  const points: Point[] = [];
  const measured = [];
  for (const phase of ['classifier', 'confidnet'] as const) {
    for (const threads of threadCounts(availableParallelism())) {
      const own = await measurePhase(context, phase, { threads, limit, epochs: EPOCHS, cached: false });
      measured.push(own);
      const rate = (seconds: readonly number[]): number => Math.ceil(limit / batchSize) / median(seconds);
      points.push({ phase, threads, ours: rate(own.ours.seconds), peer: rate(own.peer.seconds) });
    }
  }
  const gain = (point: Point, side: 'ours' | 'peer'): number =>
    point[side] / points.find(({ phase, threads }) => phase === point.phase && threads === 1)![side];
  return [
    {
      name: 'scaling',
      title: `Training steps per second, batch ${batchSize}, steady epochs of ${limit} digits`,
      table: {
        columns: ['network', 'cores', 'Credence', 'gain', 'PyTorch', 'gain', 'ratio'].map((title) => ({
          title,
        })),
        rows: points.map((point) => [
          point.phase === 'classifier' ? 'classifier' : 'ConfidNet',
          `${point.threads}`,
          digits(point.ours),
          `${digits(gain(point, 'ours'))} x`,
          digits(point.peer),
          Number.isFinite(point.peer) ? `${digits(gain(point, 'peer'))} x` : '-',
          digits(point.ours / point.peer),
        ]),
      },
      notes: [
        `Credence has a worker a core and a logical shard of the batch for each (at least ${shards}); PyTorch as many threads.`,
        ...fairness(context.peer, measured),
      ],
      data: points,
    },
  ];
}

/** 1, 2, 4, ... and all of them. */
export function threadCounts(cores: number): number[] {
  const counts = [];
  for (let count = 1; count < cores; count *= 2) counts.push(count);
  return [...counts, cores];
}
