import { describe, expect, it } from 'vitest';

import { ConfigurationError } from '#credence/errors/index';
import { fromRows } from '#credence/linalg/index';
import { gaussianBasis, linearBasis, polynomialBasis } from '#credence/linear/index';

describe('bases', () => {
  it('make the design matrix of a straight line', () => {
    expect(linearBasis.dimension).toBe(2);
    expect(linearBasis.features(Float64Array.of(-3, 0, 2))).toEqual(
      fromRows([
        [1, -3],
        [1, 0],
        [1, 2],
      ]),
    );
  });

  it('make powers', () => {
    expect(polynomialBasis(3).dimension).toBe(4);
    expect(polynomialBasis(3).features(Float64Array.of(2, -1, 0))).toEqual(
      fromRows([
        [1, 2, 4, 8],
        [1, -1, 1, -1],
        [1, 0, 0, 0],
      ]),
    );
    expect(polynomialBasis(0).features(Float64Array.of(5))).toEqual(fromRows([[1]]));
  });

  it('make Gaussian bumps', () => {
    const centres = Float64Array.of(0, 1);
    const basis = gaussianBasis({ centres, width: 0.5 });
    // The basis is a value: writing to the caller's array does not change it.
    centres[0] = 99;
    const { data } = basis.features(Float64Array.of(0, 0.5, 50));
    const expected = [1, Math.exp(-2), Math.exp(-0.5), Math.exp(-0.5), 0, 0];
    expected.forEach((value, i) => expect(data[i]).toBeCloseTo(value, 15));
    expect(Object.isFrozen(basis)).toBe(true);
  });

  it('take no inputs', () => {
    expect(linearBasis.features(new Float64Array(0))).toEqual({
      rows: 0,
      cols: 2,
      data: new Float64Array(0),
    });
  });

  it('reject parameters without sense', () => {
    for (const degree of [-1, 1.5, NaN, Infinity])
      expect(() => polynomialBasis(degree)).toThrow(ConfigurationError);
    expect(() => gaussianBasis({ centres: [], width: 1 })).toThrow(ConfigurationError);
    expect(() => gaussianBasis({ centres: [0, NaN], width: 1 })).toThrow(ConfigurationError);
    for (const width of [0, -1, NaN, Infinity]) {
      expect(() => gaussianBasis({ centres: [0], width })).toThrow(ConfigurationError);
    }
  });
});
