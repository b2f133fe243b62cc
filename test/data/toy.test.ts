import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blobs, circles, holeSet, linearSet, moons, sinusoidalSet, spirals } from '#credence/data/toy';
import type { PointSet, RegressionSet } from '#credence/data/toy';
import { ConfigurationError } from '#credence/errors/index';
import { key } from '#credence/random/index';

const KEY = key(2024);

describe('regression sets', () => {
  const sets: readonly (readonly [
    string,
    RegressionSet,
    number,
    (x: number) => boolean,
    (x: number) => number,
    readonly [number, number, number],
  ])[] = [
    ['linear', linearSet(KEY), 25, (x) => x >= 0 && x < 2, (x) => -0.3 + 0.5 * x, [250, -10, 10]],
    [
      'hole',
      holeSet(KEY),
      20,
      (x) => (x >= -3 && x < -1) || (x >= 1 && x < 3),
      (x) => -0.3 + 0.5 * x,
      [100, -12, 12],
    ],
    [
      'sinusoidal',
      sinusoidalSet(KEY),
      50,
      (x) => x >= 0 && x < 1,
      (x) => Math.sin(2 * Math.PI * x) + x,
      [500, -1, 2],
    ],
  ];
  test.each(sets)(
    '%s has the settings of the practical',
    (_, set, n, isInside, truth, [tests, low, high]) => {
      expect([set.x.length, set.y.length, set.noise]).toEqual([n, n, 0.2]);
      expect(set.x.every(isInside)).toBe(true);
      for (const x of [-7, 0, 0.3, 1]) expect(set.truth(x)).toBeCloseTo(truth(x), 14);
      expect([set.test.length, set.test[0], set.test.at(-1)]).toEqual([tests, low, high]);
      const step = (high - low) / (tests - 1);
      // Rounding of numbers of up to 12: 2^-49 each.
      set.test.forEach((x, i) => expect(Math.abs(x - (low + i * step))).toBeLessThan(2 ** -46));
    },
  );

  test('the hole has ten points on each side', () => {
    const { x } = holeSet(KEY);
    expect(x.filter((value) => value < 0).length).toBe(10);
    expect(holeSet(KEY, { n: 7 }).x.filter((value) => value < 0).length).toBe(4);
  });

  test('without noise the points are on the truth; the noise is normal with its deviation', () => {
    for (const make of [linearSet, holeSet, sinusoidalSet]) {
      const exact = make(KEY, { noise: 0 });
      expect(exact.y).toEqual(exact.x.map(exact.truth));
      const n = 20_000;
      const { x, y, truth } = make(KEY, { n, noise: 0.2 });
      const standard = y.map((value, i) => (value - truth(x[i]!)) / 0.2);
      // Each a standard normal number for large n: beyond 5 once in 1.7 million keys.
      const mean = standard.reduce((sum, value) => sum + value, 0) / Math.sqrt(n);
      const variance = (standard.reduce((sum, value) => sum + value ** 2, 0) - n) / Math.sqrt(2 * n);
      expect(Math.abs(mean)).toBeLessThan(5);
      expect(Math.abs(variance)).toBeLessThan(5);
      const kurtosis = (standard.reduce((sum, value) => sum + value ** 4, 0) - 3 * n) / Math.sqrt(96 * n);
      expect(Math.abs(kurtosis)).toBeLessThan(5);
    }
  });
});

describe('point sets', () => {
  const at = ({ points }: PointSet, i: number): [number, number] => [
    points.data[2 * i]!,
    points.data[2 * i + 1]!,
  ];
  const count = ({ labels }: PointSet, label: number): number =>
    labels.data.filter((value) => value === label).length;

  test('have the settings of the practical', () => {
    const clouds = blobs(KEY);
    expect(clouds.points.shape).toEqual([400, 2]);
    expect([count(clouds, 0), count(clouds, 1)]).toEqual([200, 200]);
    const half = moons(KEY);
    expect(half.points.shape).toEqual([1000, 2]);
    expect([count(half, 0), count(half, 1)]).toEqual([500, 500]);
  });

  test('blobs are normal around their centres', () => {
    const n = 20_000;
    const { points, labels } = blobs(KEY, { n });
    const standard = points.data.map((value, i) => (value - (labels.data[i >> 1] === 0 ? -2 : 2)) / 0.8);
    // As above: beyond 5 once in 1.7 million keys. Rounding to float32 is below 1e-6 of that.
    const sum = (term: (value: number) => number): number =>
      standard.reduce((total, value) => total + term(value), 0);
    expect(Math.abs(sum((value) => value) / Math.sqrt(2 * n))).toBeLessThan(5);
    expect(Math.abs((sum((value) => value ** 2) - 2 * n) / Math.sqrt(4 * n))).toBeLessThan(5);
    let product = 0;
    for (let i = 0; i < n; i++) product += standard[2 * i]! * standard[2 * i + 1]!;
    expect(Math.abs(product / Math.sqrt(n))).toBeLessThan(5);
  });

  test('moons without noise are the half circles of scikit-learn', () => {
    // make_moons(6, shuffle=False): linspace(0, pi, 3) on each.
    const set = moons(KEY, { n: 6, noise: 0 });
    const expected = [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, 0.5],
      [1, -0.5],
      [2, 0.5],
    ];
    expected.forEach(([x, y], i) => {
      expect(at(set, i)[0]).toBeCloseTo(x!, 6);
      expect(at(set, i)[1]).toBeCloseTo(y!, 6);
    });
    expect([...set.labels.data]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(at(moons(KEY, { n: 2, noise: 0 }), 0)).toEqual([1, 0]);
  });

  test('circles and spirals without noise lie on their curves', () => {
    const rings = circles(KEY, { n: 100, noise: 0 });
    const arms = spirals(KEY, { n: 99, noise: 0, arms: 3, turns: 2 });
    for (let i = 0; i < 100; i++) expect(Math.hypot(...at(rings, i))).toBeCloseTo(i < 50 ? 1 : 0.5, 6);
    // make_circles: 50 points evenly around, the first at angle 0.
    expect(at(rings, 0)).toEqual([1, 0]);
    expect(Math.atan2(...at(rings, 51))).toBeCloseTo(Math.PI / 2 - (2 * Math.PI) / 50, 6);
    for (let i = 0; i < 99; i++) {
      const radius = ((i % 33) + 1) / 33;
      const angle = 2 * Math.PI * (2 * radius + Math.floor(i / 33) / 3);
      expect(at(arms, i)[0]).toBeCloseTo(radius * Math.cos(angle), 6);
      expect(at(arms, i)[1]).toBeCloseTo(radius * Math.sin(angle), 6);
    }
  });

  test('share the points evenly between the classes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5 }), (n, classes) => {
        const centres = Array.from({ length: classes }, (_, i) => [i, 0] as const);
        const set = blobs(KEY, { n, centres });
        const sizes = centres.map((_, label) => count(set, label));
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(n);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test('the same key gives the same set, another key another one', () => {
  for (const make of [linearSet, holeSet, sinusoidalSet]) {
    expect(make(KEY).y).toEqual(make(KEY).y);
    expect(make(KEY).y).not.toEqual(make(key(1)).y);
    expect(make(KEY).x).not.toEqual(make(key(1)).x);
  }
  for (const make of [blobs, moons, circles, spirals]) {
    expect(make(KEY)).toEqual(make(KEY));
    expect(make(KEY)).not.toEqual(make(key(1)));
  }
});

test.each([0, -1, 1.5, Number.NaN, Infinity])('n = %d is refused', (n) => {
  for (const make of [linearSet, holeSet, sinusoidalSet, blobs, moons, circles, spirals]) {
    expect(() => make(KEY, { n })).toThrow(ConfigurationError);
  }
});

test.each([-0.1, Number.NaN, Infinity])('noise %d is refused', (noise) => {
  for (const make of [linearSet, holeSet, sinusoidalSet, moons, circles, spirals]) {
    expect(() => make(KEY, { noise })).toThrow(/expected an integer of at least 1 and a standard deviation/);
  }
  expect(() => blobs(KEY, { std: noise })).toThrow(ConfigurationError);
});

test.each(['data/toy', 'formats/index'])('%s imports nothing that a browser lacks', (entry) => {
  const seen = new Set<string>();
  const external = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      if (specifier!.startsWith('.')) visit(resolve(dirname(path), specifier!));
      else external.add(specifier!);
    }
  };
  visit(resolve('dist', `${entry}.js`));
  expect(seen.size).toBeGreaterThan(5);
  expect([...external].filter((specifier) => specifier !== 'fflate')).toEqual([]);
});
