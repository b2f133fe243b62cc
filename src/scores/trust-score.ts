import { ConfigurationError, DataError } from '../errors/index.js';
import {
  add,
  argMax,
  constantLike,
  div,
  equal,
  gather,
  gemm,
  mul,
  neg,
  reduceMin,
  reduceSum,
  reshape,
  sqrt,
  sub,
  unsqueeze,
  where,
} from '../graph/index.js';
import type { Value } from '../graph/index.js';
import { fold, key as keyOf } from '../random/index.js';
import type { Key } from '../random/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import { meanOf } from './moments.js';
import type { Score } from './score.js';
import { keyText, requireCount } from './settings.js';
import { rowsAt, subsample } from './subsample.js';

export interface TrustScoreSettings {
  /**
   * The share of each class that is left out as outliers, those with the most distant k-th neighbour; of [0,
   * 1), 0 unless given.
   */
  readonly alpha?: number;
  /** The neighbour that tells outliers; 10 unless given. */
  readonly k?: number;
  /** Examples of all classes together at most, all of which are in the graph; 5,000 unless given. */
  readonly bankSize?: number;
  /** Which examples a smaller bank keeps. */
  readonly key?: Key;
}

/**
 * Trust score, turned round: d_y / (d_y + d_o) = 1 / (1 + trust), of [0, 1], for the distance d_y of the
 * features to the nearest example of the predicted class and d_o to the nearest of any other class; trust =
 * d_o / d_y.
 *
 * Over 1/2 where another class is nearer than the predicted one. It asks the examples, not the softmax, so it
 * finds confident errors; far from all examples both distances are alike, so it is no OOD score. Every class
 * gets an equal share of the bank. A class without examples is never the nearest: predicted, it gives 1.
 *
 * Source: Jiang, Kim, Guan, Gupta, "To trust or not to trust a classifier", NeurIPS 2018, on the features of
 * the last layer.
 * @throws ConfigurationError on settings out of range; when fitted, DataError on examples of one class only.
 */
export function trustScore({
  alpha = 0,
  k = 10,
  bankSize = 5000,
  key = keyOf(0),
}: TrustScoreSettings = {}): Score {
  requireCount('trustScore: k', k);
  requireCount('trustScore: bankSize', bankSize);
  if (!(alpha >= 0 && alpha < 1)) {
    throw new ConfigurationError({
      what: 'trustScore: alpha',
      expected: 'a number of [0, 1)',
      got: `${alpha}`,
    });
  }
  return {
    name: 'trustScore',
    title: 'Trust score',
    needs: ['features'],
    fittedOn: 'training',
    unit: 'ratio',
    settings: { alpha, k, bankSize, key: keyText(key) },
    fit({ features, labels, logits }) {
      const [classes, d] = [logits.shape[1]!, features.shape[1]!];
      const centre = Float32Array.from(meanOf(features));
      const centred = tensor(
        'float32',
        features.shape,
        features.data.map((value, i) => value - centre[i % d]!),
      );
      const byClass = Array.from({ length: classes }, (): number[] => []);
      labels.data.forEach((label, i) => byClass[label]!.push(i));
      const present = byClass.flatMap((indices, label) => (indices.length > 0 ? [label] : []));
      if (present.length < 2) {
        throw new DataError({ what: 'trust score', expected: 'examples of two classes', got: 'of one' });
      }
      const share = Math.max(1, Math.floor(bankSize / present.length));
      const kept = present.map((label) => {
        const some = subsample(byClass[label]!, Math.ceil(share / (1 - alpha)), fold(key, 'trust', label));
        return densest(centred, some, { k, keep: Math.min(share, Math.ceil((1 - alpha) * some.length)) });
      });
      // As many rows for each class, so that one reduction finds all nearest ones; repeats change no minimum.
      const rows = Math.max(...kept.map(({ length }) => length));
      const padded = kept.flatMap((own) => Array.from({ length: rows }, (_, i) => own[i % own.length]!));
      const bank = rowsAt(centred, padded);
      return {
        tensors: {
          bank,
          squares: squaresOf(bank),
          centre: tensor('float32', [d], centre),
          classes: tensor('int64', [present.length], BigInt64Array.from(present, BigInt)),
        },
        settings: {
          alpha,
          k,
          bankSize: bank.shape[0]!,
          key: keyText(key),
          examples: labels.data.length,
          rows,
        },
      };
    },
    append({ features, logits, constant, setting }) {
      const [classes, bank] = [constant('classes'), constant('bank')];
      const count = Number(classes.shape[0]);
      const x = sub(features, constant('centre'));
      const cross = gemm(x, bank, undefined, { transB: true });
      // |x - b|^2 less |x|^2, which decides nothing.
      const near = sub(constant('squares'), mul(cross, constantLike(cross, 2)));
      const grouped = reshape(near, [-1, count, setting('rows')]);
      const isPredicted = reshape(equal(classes, unsqueeze(argMax(logits, 1), [1])), [-1, count, 1]);
      const far = constantLike(near, Infinity);
      const distanceAmong = (candidates: Value): Value => {
        const flat = reshape(candidates, [-1, count * setting('rows')]);
        // From the difference itself, in which nothing cancels.
        const difference = sub(x, gather(bank, argMax(neg(flat), 1)));
        const distance = sqrt(reduceSum(mul(difference, difference), [1]));
        return where(equal(reduceMin(flat, [1]), far), far, distance);
      };
      const same = distanceAmong(where(isPredicted, grouped, far));
      const other = distanceAmong(where(isPredicted, far, grouped));
      const one = constantLike(same, 1);
      // At no distance from both neither is nearer, and 0 / 0 is no number.
      return where(equal(same, other), constantLike(same, 0.5), div(one, add(one, div(other, same))));
    },
  };
}

/** The `keep` of these rows whose k-th nearest neighbour among them is nearest, in order. */
function densest(
  { shape, data }: Tensor<'float32'>,
  indices: readonly number[],
  { k, keep }: { readonly k: number; readonly keep: number },
): number[] {
  if (keep >= indices.length) return [...indices];
  const d = shape[1]!;
  const neighbour = Math.min(k, indices.length - 1);
  const radii = indices.map((a) => {
    const squares = Float64Array.from(indices, (b) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (data[a * d + j]! - data[b * d + j]!) ** 2;
      return sum;
    });
    // Element 0 is the row itself.
    return squares.sort()[neighbour]!;
  });
  const order = indices.map((_, i) => i).toSorted((a, b) => radii[a]! - radii[b]! || a - b);
  return order
    .slice(0, keep)
    .toSorted((a, b) => a - b)
    .map((i) => indices[i]!);
}

/** |row|^2, (n). */
function squaresOf({ shape, data }: Tensor<'float32'>): Tensor<'float32'> {
  const [n, d] = shape as [number, number];
  const squares = Float32Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += data[i * d + j]! ** 2;
    return sum;
  });
  return tensor('float32', [n], squares);
}
