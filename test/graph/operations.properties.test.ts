import fc from 'fast-check';
import { describe, test } from 'vitest';
import {
  broadcasting,
  convolutions,
  layouts,
  matrixProducts,
  pads,
  pools,
  reductions,
  resizings,
  slices,
} from './arbitrary-cases.js';
import { normalizations, picking, reshapings } from './arbitrary-layers.js';
import { checkDerivative, checkRuntime, realise } from './harness.js';

describe('any shapes: derivative by differences; values, derivatives and shapes as ONNX Runtime has them', () => {
  test.each([
    ['broadcasting', broadcasting, 60],
    ['reductions', reductions, 40],
    ['convolutions', convolutions, 25],
    ['pooling', pools, 40],
    ['matrix products', matrixProducts, 30],
    ['slices', slices, 30],
    ['padding', pads, 30],
    ['layout', layouts, 60],
    ['resizing', resizings, 30],
    ['normalisation', normalizations, 40],
    ['picking', picking, 40],
    ['reshaping', reshapings, 40],
  ] as const)('%s', async (_name, uses, numRuns) => {
    await fc.assert(
      fc.asyncProperty(uses, async (use) => {
        const realised = realise(use);
        checkDerivative(realised);
        await checkRuntime(realised.graph, realised.feeds, use);
      }),
      { numRuns },
    );
  });
});
