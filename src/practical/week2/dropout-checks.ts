import { mcDropout } from '../../dropout/index.js';
import { activateDropout } from '../../graph/index.js';
import { predictions } from '../../laplace/index.js';
import { fold } from '../../random/index.js';
import { drawRandomInputs } from '../../runtime/index.js';
import type { Week2Context } from './context.js';
import type { DropoutRun } from './networks.js';

/** What the claims about MC dropout rest on, beside the pictures. */
export interface DropoutChecks {
  /**
   * The largest difference between two passes at a training point, with the Dropout layers left in evaluation
   * mode.
   */
  readonly spreadInactive: number;
  /** The same with active ones. */
  readonly spreadActive: number;
  /** Correlation of the masks of any two units: the largest of all pairs, and of how many. */
  readonly maskCorrelation: { readonly largest: number; readonly pairs: number; readonly draws: number };
  /** The share of units that a mask drops. */
  readonly dropped: number;
}

const PASSES = 5;
const MASKS = 10_000;

export async function runDropoutChecks(context: Week2Context, { model }: DropoutRun): Promise<DropoutChecks> {
  const { key, sets } = context;
  const data = { x: sets.moons.points };
  const passes = Array.from(
    { length: PASSES },
    async () => (await predictions(model, data, { workers: 0 })).data,
  );
  const inactive = await Promise.all(passes);
  const { data: active } = await mcDropout(model, data, {
    samples: PASSES,
    key: fold(key, 'passes'),
    workers: 0,
  });
  const n = sets.moons.labels.data.length;
  return {
    spreadInactive: spread(inactive),
    spreadActive: spread(Array.from({ length: PASSES }, (_, s) => active.subarray(s * n, (s + 1) * n))),
    ...masksOf(context, model),
  };
}

function spread(passes: readonly Float32Array[]): number {
  let largest = 0;
  passes[0]!.forEach((_, i) => {
    const values = passes.map((pass) => pass[i]!);
    largest = Math.max(largest, Math.max(...values) - Math.min(...values));
  });
  return largest;
}

function masksOf(
  { key }: Week2Context,
  model: DropoutRun['model'],
): Pick<DropoutChecks, 'maskCorrelation' | 'dropped'> {
  const [masks] = Object.values(drawRandomInputs(activateDropout(model), fold(key, 'mask-check'), 0, MASKS));
  const units = masks!.shape[1]!;
  const data = masks!.data as Uint8Array;
  const means = new Float64Array(units);
  data.forEach((kept, i) => (means[i % units]! += kept / MASKS));
  const products = new Float64Array(units * units);
  for (let row = 0; row < MASKS; row++) {
    const own = data.subarray(row * units, (row + 1) * units);
    for (let i = 0; i < units; i++) {
      if (own[i] === 0) continue;
      for (let j = 0; j < i; j++) products[i * units + j]! += own[j]!;
    }
  }
  let largest = 0;
  const variance = (i: number): number => means[i]! * (1 - means[i]!);
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < i; j++) {
      const covariance = products[i * units + j]! / MASKS - means[i]! * means[j]!;
      largest = Math.max(largest, Math.abs(covariance) / Math.sqrt(variance(i) * variance(j)));
    }
  }
  return {
    maskCorrelation: { largest, pairs: (units * (units - 1)) / 2, draws: MASKS },
    dropped: 1 - means.reduce((sum, mean) => sum + mean / units, 0),
  };
}
