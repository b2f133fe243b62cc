import { DataError } from '../errors/index.js';
import {
  constantLike,
  div,
  gather,
  gemm,
  int64s,
  maximum,
  mul,
  reduceSum,
  reshape,
  slice,
  sqrt,
  sub,
} from '../graph/index.js';
import { fold, key as keyOf } from '../random/index.js';
import type { Key } from '../random/index.js';
import type { Tensor } from '../tensor/index.js';
import type { Score } from './score.js';
import { keyText, requireCount } from './settings.js';
import { rowsAt, subsample } from './subsample.js';

export interface KnnSettings {
  /** Which neighbour, counted among all the examples; 50 unless given. */
  readonly k?: number;
  /** Rows of the bank at most, all of which are in the graph; 5,000 unless given. */
  readonly bankSize?: number;
  /** Which examples a smaller bank keeps. */
  readonly key?: Key;
}

/** Neighbours to choose among. */
const NEIGHBOURS = [50, 1, 5, 10, 20, 100, 200];

/** Below every norm that is not 0: 0 stays 0 and divides nothing by 0. */
const SMALLEST_NORM = 1e-30;

/**
 * k-nearest-neighbour distance: |f / |f| - b_(k)|, of [0, 2], from the normalised features f to the k-th
 * nearest b_(k) of a bank of normalised features of examples.
 *
 * Of more examples than `bankSize` a keyed subsample is kept, and k falls with it, so that the neighbour
 * stays at the same quantile; both are in the fitted settings. Assumes nothing of the classes' shapes. Costs
 * a product with the whole bank for each input, and the bank is in the file; blind to what only changes the
 * features' length; a feature vector of zeros is at distance 1 from everything.
 *
 * Source: Sun, Ming, Zhu, Li, "Out-of-distribution detection with deep nearest neighbors", ICML 2022.
 * @throws ConfigurationError on a k or size under 1; when fitted, DataError on fewer than k examples.
 */
export function knn(settings: KnnSettings = {}): Score {
  const { k = 50, bankSize = 5000, key = keyOf(0) } = settings;
  requireCount('knn: k', k);
  requireCount('knn: bankSize', bankSize);
  return {
    name: 'knn',
    title: 'KNN',
    needs: ['features'],
    fittedOn: 'training',
    unit: 'distance',
    settings: { k, bankSize, key: keyText(key) },
    ...(settings.k === undefined && {
      tuning: {
        alone: undefined,
        candidates: ({ examples }) =>
          NEIGHBOURS.filter((own) => own <= examples / 2).map((own) => knn({ ...settings, k: own })),
      },
    }),
    fit({ features }) {
      const n = features.shape[0]!;
      if (n < k) {
        throw new DataError({
          what: 'KNN: examples',
          expected: `at least k = ${k}`,
          got: `${n}`,
          hint: 'take more examples, or a smaller k',
        });
      }
      const bank = bankOf(features, bankSize, key);
      const kept = bank.shape[0]!;
      const own = Math.max(1, Math.round((k * kept) / n));
      return {
        tensors: { bank },
        settings: { k, bankSize: kept, key: keyText(key), examples: n, kOfBank: own },
      };
    },
    append({ builder, features, constant, setting }) {
      const k = setting('kOfBank');
      const squares = reduceSum(mul(features, features), [1], { keepDimensions: true });
      const norms = maximum(sqrt(squares), constantLike(features, SMALLEST_NORM));
      const direction = div(features, norms);
      const bank = constant('bank');
      const similarities = gemm(direction, bank, undefined, { transB: true });
      const [, nearest] = builder.apply('TopK', [similarities, int64s(builder, [k])], {}, { outputs: 2 });
      const kth = slice(nearest!, [k - 1], [k], [1]);
      // From the difference itself: 2 - 2 cos of near neighbours has few correct digits.
      const difference = sub(direction, gather(bank, reshape(kth, [-1])));
      return sqrt(reduceSum(mul(difference, difference), [1]));
    },
  };
}

/** What was made of examples, so that candidates of k share one. */
const banks = new WeakMap<Tensor<'float32'>, Map<string, Tensor<'float32'>>>();

/** Normalised features of at most `size` of the examples. */
function bankOf(features: Tensor<'float32'>, size: number, key: Key): Tensor<'float32'> {
  const known = banks.get(features) ?? new Map<string, Tensor<'float32'>>();
  banks.set(features, known);
  const name = `${size} of ${keyText(key)}`;
  let bank = known.get(name);
  if (bank === undefined) {
    const all = Array.from({ length: features.shape[0]! }, (_, i) => i);
    bank = rowsAt(features, subsample(all, size, fold(key, 'knn')));
    normaliseRows(bank.data, bank.shape[1]!);
    known.set(name, bank);
  }
  return bank;
}

/** Each row to length 1, in place; zeros stay. */
function normaliseRows(data: Float32Array, d: number): void {
  for (let start = 0; start < data.length; start += d) {
    let square = 0;
    for (let j = start; j < start + d; j++) square += data[j]! * data[j]!;
    const norm = Math.max(Math.sqrt(square), SMALLEST_NORM);
    for (let j = start; j < start + d; j++) data[j]! /= norm;
  }
}
