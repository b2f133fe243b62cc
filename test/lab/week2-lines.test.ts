import { expect, test } from 'vitest';
import { boundedLogit, contour } from '../../lab/src/week2/contour.js';
import type { Region } from '../../lab/src/week2/model.js';

const SIZE = 60;
const REGION: Region = { x: [-2, 4], y: [-3, 3] };
const STEP = 6 / (SIZE - 1);

function sampled(f: (x: number, y: number) => number): Float64Array {
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) =>
    f(-2 + STEP * (at % SIZE), -3 + STEP * Math.floor(at / SIZE)),
  );
}

function ends(segments: Float32Array): (readonly [x: number, y: number])[] {
  return Array.from(
    { length: segments.length / 2 },
    (_, i) => [segments[2 * i]!, segments[2 * i + 1]!] as const,
  );
}

test('the line of a linear function is exact, from edge to edge', () => {
  const segments = contour(
    sampled((x, y) => 2 * x - y),
    SIZE,
    REGION,
    1,
  );
  let length = 0;
  for (let i = 0; i < segments.length; i += 4) {
    length += Math.hypot(segments[i + 2]! - segments[i]!, segments[i + 3]! - segments[i + 1]!);
  }
  // 2 x - y = 1 from (-1, -3) to (2, 3); places are float32.
  expect(length).toBeCloseTo(Math.hypot(3, 6), 4);
  for (const [x, y] of ends(segments)) expect(2 * x - y).toBeCloseTo(1, 5);
});

test('the line of a bowl is a closed circle', () => {
  const segments = contour(
    sampled((x, y) => (x - 1) ** 2 + y ** 2),
    SIZE,
    REGION,
    2.25,
  );
  // Linear interpolation of r² between neighbours errs by at most (step / 2)², of r by that over 2 r.
  for (const [x, y] of ends(segments)) {
    expect(Math.abs(Math.hypot(x - 1, y) - 1.5)).toBeLessThan((STEP / 2) ** 2 / 3 + 1e-6);
  }
  // Every end is that of two segments.
  const counts = new Map<string, number>();
  for (const end of ends(segments)) {
    const name = end.map((value) => value.toFixed(4)).join();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect(new Set(counts.values())).toEqual(new Set([2]));
});

test('a saddle has two lines that do not cross, on the sides that its middle says', () => {
  const square: Region = { x: [0, 1], y: [0, 1] };
  // Lower left and upper right above the level.
  for (const [low, joined] of [
    [-0.5, true],
    [-2, false],
  ] as const) {
    const segments = contour([1, low, low, 1], 2, square, 0);
    expect(segments).toHaveLength(8);
    // Joined, the corners that are cut off are the low ones: (1, 0) and (0, 1).
    const middles = [0, 4].map(
      (at) => (segments[at]! + segments[at + 2]!) / 2 - (segments[at + 1]! + segments[at + 3]!) / 2,
    );
    expect(middles.every((difference) => Math.abs(difference) > 0.1)).toBe(joined);
  }
});

test('a map on one side of the level has no line', () => {
  expect(
    contour(
      sampled(() => 3),
      SIZE,
      REGION,
      1,
    ),
  ).toHaveLength(0);
});

test('a logit is bounded where a float32 probability has no more digits', () => {
  expect(boundedLogit(0.5)).toBe(0);
  expect(boundedLogit(0.9)).toBeCloseTo(Math.log(9), 12);
  expect([boundedLogit(0), boundedLogit(1)]).toEqual([-16, 16]);
});
