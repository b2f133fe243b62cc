import { describe, expect, test } from 'vitest';
import { typeset } from '#credence/report/index';

describe('typeset', () => {
  test.each([
    ['beta = 1/sigma^2', 'β = 1/σ²'],
    ["mean phi'mu and variance 1 / beta + phi'S phi", "mean φ'μ and variance 1 / β + φ'S φ"],
    ["Phi(mu'u / sqrt(u'S u))", "Φ(μ'u / √(u'S u))"],
    ['sigmoid(m / sqrt(1 + pi v / 8))', 'sigmoid(m / √(1 + π v / 8))'],
    ['1.30 +- 0.25', '1.30 ± 0.25'],
    ['variance at -10', 'variance at −10'],
    ['-S01 / S11', '−S01 / S11'],
    ['[[sum xi^2, -sum xi], [-sum xi, N]]', '[[Σ xi², −Σ xi], [−Σ xi, N]]'],
    ['1 / (N sum xi^2 - (sum xi)^2)', '1 / (N Σ xi² − (Σ xi)²)'],
    ['sum (xi - xbar)^2', 'Σ (xi − x̄)²'],
    ['H[mean p] - mean H[p]', 'H[mean p] − mean H[p]'],
    ['KL(q || p)', 'KL(q ‖ p)'],
    ['beta N xbar / (alpha + beta N)', 'β N x̄ / (α + β N)'],
    ['S^-1', 'S⁻¹'],
  ])('%s', (plain, set) => {
    expect(typeset(plain)).toBe(set);
  });

  test.each([
    'alphabet, betas and piecewise',
    'the sum of their losses',
    'full-covariance',
    'MC-dropout passes',
    '1e-9',
    '2^24',
    'a ~ b',
    '',
  ])('leaves %j as it is', (text) => {
    expect(typeset(text)).toBe(text);
  });
});
