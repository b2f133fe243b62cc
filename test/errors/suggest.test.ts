import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean } from '#credence/errors/index';

/** The definition, without memory. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return distance(restA, restB);
  const swapped = a[0] === b[1] && a[1] === b[0] ? distance(a.slice(2), b.slice(2)) : Infinity;
  return 1 + Math.min(distance(restA, b), distance(a, restB), distance(restA, restB), swapped);
}

const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

describe('didYouMean', () => {
  test.each([
    ['webgpuu', 'webgpu'],
    ['CPU', 'cpu'],
    ['cudda', 'cuda'],
    ['kmist', 'kmnist'],
    ['mnsit', 'mnist'],
    ['conv1.wieght', 'conv1.weight'],
  ])('%s: %s', (name, meant) => {
    expect(didYouMean(name, ['cpu', 'cuda', 'webgpu', 'mnist', 'kmnist', 'conv1.weight', 'conv1.bias'])).toBe(
      meant,
    );
  });

  test('is silent when nothing is near', () => {
    expect(didYouMean('tpu-v4', ['cpu', 'cuda', 'webgpu'])).toBeUndefined();
    expect(didYouMean('cpu', [])).toBeUndefined();
  });

  test('takes the nearest name, the first of several, within a third of the longer one', () => {
    fc.assert(
      fc.property(short, fc.array(short, { maxLength: 6 }), (name, known) => {
        const near = known
          .map((candidate) => ({ candidate, d: distance(name, candidate) }))
          .filter(({ candidate, d }) => 3 * d <= Math.max(name.length, candidate.length));
        const best = Math.min(...near.map(({ d }) => d));
        expect(didYouMean(name, known)).toBe(near.find(({ d }) => d === best)?.candidate);
      }),
      { numRuns: 500 },
    );
  });
});
