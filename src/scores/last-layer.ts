import { DataError } from '../errors/index.js';
import type { LastLayer } from '../inspection/index.js';
import type { FitCall } from './score.js';

/**
 * That the examples' logits are what the layer makes of their features, on the first of them.
 * @throws DataError where they are not: arrays of another model, or of other values of it.
 */
export function checkLastLayer(
  { weight, bias }: LastLayer,
  { features, logits }: Pick<FitCall, 'features' | 'logits'>,
): void {
  const [n, d] = features.shape as [number, number];
  const classes = weight.rows;
  if (weight.cols !== d || weight.rows !== logits.shape[1]) {
    throw new DataError({
      what: 'examples',
      expected: `features (n, ${weight.cols}) and logits (n, ${weight.rows}), as the last layer has`,
      got: `(n, ${d}) and (n, ${logits.shape[1]})`,
    });
  }
  for (let i = 0; i < Math.min(n, 100); i++) {
    for (let k = 0; k < classes; k++) {
      const offset = bias?.[k] ?? 0;
      let [sum, magnitude] = [offset, Math.abs(offset)];
      for (let j = 0; j < d; j++) {
        const product = weight.data[k * d + j]! * features.data[i * d + j]!;
        sum += product;
        magnitude += Math.abs(product);
      }
      // A float32 dot product of d + 1 terms; twice, for kernels that round the products too.
      const rounding = 2 * (d + 2) * 2 ** -24 * magnitude;
      if (Math.abs(sum - logits.data[i * classes + k]!) <= rounding) continue;
      throw new DataError({
        what: 'examples: logits',
        expected: `${sum}, what the last layer makes of the features`,
        got: `${logits.data[i * classes + k]}`,
        where: `example ${i}, class ${k}`,
        hint: "are the arrays this model's, with its dropout inactive?",
      });
    }
  }
}
