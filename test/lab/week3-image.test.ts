import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRID, place, renderInk, SIDE, toBytes } from '../../lab/src/week3/image.js';
import type { Stroke } from '../../lab/src/week3/image.js';
import { gridPoint, ink, MOST_POINTS, simplified } from '../../lab/src/week3/ink.js';

const point = fc.tuple(fc.integer({ min: 0, max: GRID - 1 }), fc.integer({ min: 0, max: GRID - 1 }));
const strokes = fc.array(fc.array(point, { minLength: 1, maxLength: 30 }), { maxLength: 6 });
const STILL = { rotate: 0, scale: 1, dx: 0, dy: 0 };

/** A 4, wider than the box of MNIST. */
const FOUR: readonly Stroke[] = [
  [
    [30, 4],
    [8, 40],
    [50, 40],
  ],
  [
    [38, 22],
    [38, 60],
  ],
];

describe('ink as an image', () => {
  it('does not depend on where it was drawn, once it is centred', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8, max: 12 }), fc.integer({ min: -4, max: 3 }), (dx, dy) => {
        const moved = FOUR.map((stroke) => stroke.map(([x, y]) => [x + dx, y + dy] as const));
        expect(largestDifference(renderInk(moved, true), renderInk(FOUR, true))).toBeLessThan(1e-9);
      }),
    );
  });

  it('has its centre of mass in the middle and its longer side of 20 pixels', () => {
    const image = renderInk(FOUR, true);
    const mass = sum(image);
    // Moving by a part of a pixel changes what the edges cover, which is some per cent of the ink.
    expect(sum(image.map((v, i) => v * ((i % SIDE) + 0.5))) / mass).toBeCloseTo(SIDE / 2, 1);
    expect(sum(image.map((v, i) => v * (Math.floor(i / SIDE) + 0.5))) / mass).toBeCloseTo(SIDE / 2, 1);
    const rows = Array.from({ length: SIDE }, (_, y) =>
      Math.max(...image.subarray(y * SIDE, (y + 1) * SIDE)),
    );
    const filled = rows.flatMap((value, y) => (value > 127 ? [y] : []));
    expect(Math.abs(filled.at(-1)! - filled[0]! + 1 - 20)).toBeLessThanOrEqual(1);
  });

  it('stays where it was drawn, where it is not centred', () => {
    const image = renderInk([[[0, 0]]], false);
    expect(image[0]).toBeGreaterThan(200);
    expect(sum(image.filter((_, i) => i % SIDE > 3 || i > 4 * SIDE))).toBe(0);
  });

  it('is black where nothing is drawn', () => {
    expect(sum(renderInk([], true))).toBe(0);
  });

  it('is within 0 and 255 whatever is drawn', () => {
    fc.assert(
      fc.property(strokes, fc.boolean(), (drawn, centre) => {
        expect(renderInk(drawn, centre).every((value) => value >= 0 && value <= 255)).toBe(true);
      }),
    );
  });
});

describe('a placed image', () => {
  const image = Float64Array.from({ length: SIDE * SIDE }, (_, i) => (i * 37) % 256);

  it('is itself where nothing is moved', () => {
    expect(place(image, STILL)).toEqual(image);
  });

  it('is turned by quarters without a loss', () => {
    const quarter = place(image, { ...STILL, rotate: 90 });
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        // Clockwise: what was at the top is at the right.
        expect(quarter[x * SIDE + (SIDE - 1 - y)]).toBe(image[y * SIDE + x]);
      }
    }
    expect(place(image, { ...STILL, rotate: 360 })).toEqual(image);
  });

  it('is moved by whole pixels without a loss', () => {
    const moved = place(image, { ...STILL, dx: 3, dy: -2 });
    expect(moved[5 * SIDE + 9]).toBe(image[7 * SIDE + 6]);
    expect(moved[5 * SIDE + 2]).toBe(0);
  });

  it('keeps its brightness per area when it is enlarged', () => {
    const ramp = Float64Array.from({ length: SIDE * SIDE }, (_, i) => i % SIDE);
    const enlarged = place(ramp, { ...STILL, scale: 1.5 });
    // Linear interpolation gives a ramp back exactly: half as steep over 1.5 times as much.
    const row = enlarged.subarray(14 * SIDE, 15 * SIDE);
    row.forEach((value, x) => expect(value).toBeCloseTo(13.5 + (x - 13.5) / 1.5, 9));
  });

  it('becomes bytes, with noise within their bounds', () => {
    expect([...toBytes([0, 1.4, 254.6, 300, -5])]).toEqual([0, 1, 255, 255, 0]);
    expect([...toBytes([0, 128, 255], 0.1, [-1, 1, 1])]).toEqual([0, 154, 255]);
  });
});

describe('ink in the address', () => {
  it('is given back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(point, { minLength: 1, maxLength: 30 }), { minLength: 0, maxLength: 6 }),
        (drawn) => {
          expect(ink.decode(ink.encode(drawn))).toEqual(drawn);
        },
      ),
    );
    expect(ink.decode(ink.encode(null))).toBeNull();
  });

  it.each(['a', 'ab.', '.ab', 'ab..cd', 'a b', 'ab!c', 'é', 'ab'.repeat(3 * MOST_POINTS)])(
    'is refused where it is no ink: %#',
    (text) => {
      expect(ink.decode(text)).toBeUndefined();
    },
  );

  it('loses points but not its way', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 40 }), (stroke) => {
        const short = simplified(stroke, 0.6);
        expect(short[0]).toEqual(stroke[0]);
        expect(short.at(-1)).toEqual(stroke.at(-1));
        for (const p of stroke) expect(distanceTo(short, p)).toBeLessThanOrEqual(0.6 + 1e-9);
      }),
    );
  });

  it('is on the grid, at the edges too', () => {
    expect(gridPoint(0, 1)).toEqual([0, GRID - 1]);
    expect(gridPoint(-0.5, 1.5)).toEqual([0, GRID - 1]);
  });
});

/** From a point to the polyline, by brute force. */
function distanceTo(line: Stroke, [x, y]: readonly [number, number]): number {
  let nearest = Infinity;
  line.forEach(([ax, ay], i) => {
    const [bx, by] = line[Math.min(i + 1, line.length - 1)]!;
    for (let t = 0; t <= 1000; t++) {
      nearest = Math.min(
        nearest,
        Math.hypot(ax + ((bx - ax) * t) / 1000 - x, ay + ((by - ay) * t) / 1000 - y),
      );
    }
  });
  return nearest - 0.05;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
