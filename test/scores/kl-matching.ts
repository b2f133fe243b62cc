import {
  exp,
  logSoftmax,
  cast,
  constantLike,
  matmul,
  maximum,
  mul,
  reduceMin,
  reduceSum,
  sub,
} from '#credence/graph/index';
import { softmaxRows } from '#credence/scores/index';
import type { Score } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';

/**
 * KL matching: min_c KL(p || d_c), nats, of the softmax p to the nearest class's usual one d_c, the mean softmax of the
 * examples that are predicted as class c.
 *
 * Knows that some classes are usually confused. Fails where a class has few examples, and as MCP does.
 *
 * Source: Hendrycks et al., "Scaling out-of-distribution detection for real-world settings", ICML 2022.
 */
export const klMatching: Score = {
  name: 'klMatching',
  title: 'KL matching',
  needs: [],
  fittedOn: 'validation',
  unit: 'nats',
  settings: {},
  fit({ logits }) {
    const [n, classes] = logits.shape as [number, number];
    const probabilities = softmaxRows(logits);
    const sums = new Map<number, Float64Array>();
    for (let i = 0; i < n; i++) {
      const p = probabilities.subarray(i * classes, (i + 1) * classes);
      const predicted = p.indexOf(Math.max(...p));
      const sum = sums.get(predicted) ?? new Float64Array(classes);
      sums.set(
        predicted,
        sum.map((value, k) => value + p[k]!),
      );
    }
    // log d_c in column c; as many columns as classes that are predicted.
    const columns = [...sums.values()].map((sum) => {
      const total = sum.reduce((a, b) => a + b);
      return sum.map((value) => Math.log(Math.max(value / total, 1e-12)));
    });
    const usual = new Float64Array(classes * columns.length);
    columns.forEach((column, c) => column.forEach((value, k) => (usual[k * columns.length + c] = value)));
    return {
      tensors: { usual: tensor('float64', [classes, columns.length], usual) },
      settings: { examples: n, classes: columns.length },
    };
  },
  append({ logits, constant }) {
    const logarithm = logSoftmax(cast(logits, 'float64'), 1);
    const p = exp(logarithm);
    // 0 log 0 is 0: exp(-1000) is 0, and 0 times -1000 too.
    const bounded = maximum(logarithm, constantLike(logarithm, -1000));
    const own = reduceSum(mul(p, bounded), [1], { keepDimensions: true });
    return reduceMin(sub(own, matmul(p, constant('usual'))), [1]);
  },
};
