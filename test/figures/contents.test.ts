import { describe, expect, it } from 'vitest';
import {
  animationFigure,
  decisionFigure,
  digitGridFigure,
  posteriorGridFigure,
  precisionRecallFigure,
  regressionFigure,
  sampleFigure,
  scoreHistogramFigure,
  seedDotsFigure,
  trainingCurveFigure,
} from '#credence/figures/index';
import { column, rowsOf } from './csv.js';
import * as example from './examples.js';
import { picturesOf, pixel } from './png.js';

const { options } = example;

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}

/** The elements between a mark's group and its end. */
function marks(svg: string, label: string): string[] {
  return svg.split(`<g aria-label="${label}"`).slice(1);
}

describe('regressionFigure', () => {
  const { svg, csv, alt } = regressionFigure(example.regression, options());

  it('draws three bands, two curves of the mean panel, and both variances with their limits', () => {
    expect(marks(svg, 'area')).toHaveLength(3);
    expect(marks(svg, 'line')).toHaveLength(4);
    const texts = textsOf(svg);
    for (const text of [
      'truth',
      'training points',
      '± 1 σ',
      '± 3 σ',
      '1/β = 0.04',
      '1/β = 0.08',
      'least at 0.4',
    ]) {
      expect(texts).toContain(text);
    }
    expect(texts).toContain('its barycentre, 0.5');
    expect(alt).toContain('from 0.0500 to 0.100, smallest at x = 0.4');
  });

  it('writes what it draws', () => {
    const rows = rowsOf(csv);
    const curve = rows.filter((row) => row['curve'] === 'β = 25');
    expect(column(curve, 'variance')).toEqual([0.09, 0.05, 0.06, 0.1]);
    expect(column(curve, 'truth')).toEqual([-1, 0, 1, 2]);
    expect(
      column(
        rows.filter((row) => row['kind'] === 'training point'),
        'y',
      ),
    ).toEqual([0.1, 0.9]);
  });

  it('takes a logarithmic axis where the variance explodes', () => {
    const [row] = example.regression;
    const curve = { ...row!.curves[0], variance: [0.04, 0.05, 30, 5000] };
    const exploding = regressionFigure([{ ...row!, curves: [curve] }], options());
    expect(textsOf(exploding.svg)).toContain('predictive variance (units of y², log scale)');
    expect(textsOf(exploding.svg)).toContain('1000');
  });
});

describe('posteriorGridFigure', () => {
  const { svg, csv, alt } = posteriorGridFigure(example.posterior, options());

  it('puts the first weight on x and the second on y', () => {
    const [, map] = picturesOf(svg);
    // The only maximum is at the largest first and the smallest second weight: the lower right corner.
    const last = { x: map!.width - 1, y: map!.height - 1 };
    const corner = pixel(map!, last.x, last.y);
    for (const [x, y] of [
      [0, 0],
      [last.x, 0],
      [0, last.y],
    ] as const) {
      expect(pixel(map!, x, y)).not.toBe(corner);
    }
    expect(alt).toContain('n = 2: (1.0, −1.0)');
  });

  it('writes the density relative to its maximum, panel by panel', () => {
    const rows = rowsOf(csv).filter((row) => row['kind'] === 'map');
    expect(rows).toHaveLength(12);
    const peak = rows.find((row) => row['w0'] === '1' && row['w1'] === '-1');
    expect(peak).toMatchObject({ 'density / maximum, n = 0': '1', 'density / maximum, n = 2': '1' });
    expect(column(rows, 'density / maximum, n = 2').reduce((sum, value) => sum + value, 0)).toBeCloseTo(
      1.6,
      10,
    );
  });
});

describe('decisionFigure', () => {
  const { svg, csv } = decisionFigure(example.decision, options());

  it('draws both maps, five contour lines, and each class in its own shape', () => {
    expect(picturesOf(svg)).toHaveLength(2);
    expect(marks(svg, 'contour')).toHaveLength(5);
    expect(svg.match(/<circle [^>]*r="2.6"/g)).toHaveLength(4);
    expect(textsOf(svg)).toContain('mean p(y = 1) · epoch 20 · accuracy 99.8 %');
  });

  it('has small probabilities blue, large ones vermillion, the largest y at the top', () => {
    const [map] = picturesOf(svg);
    const rgb = (x: number, y: number) =>
      [0, 2, 4].map((at) => Number.parseInt(pixel(map!, x, y).slice(at, at + 2), 16));
    const [red, , blue] = rgb(map!.width - 1, 0);
    expect(red).toBeGreaterThan(blue!);
    const [lowRed, , lowBlue] = rgb(0, map!.height - 1);
    expect(lowBlue).toBeGreaterThan(lowRed!);
  });

  it('writes each point of the grid with both values', () => {
    const rows = rowsOf(csv).filter((row) => row['kind'] === 'map');
    expect(column(rows, 'x')).toEqual([-2, 0, 2, -2, 0, 2, -2, 0, 2, -2, 0, 2]);
    expect(column(rows, 'y')).toEqual([-1, -1, -1, 0, 0, 0, 1, 1, 1, 2, 2, 2]);
    for (const [i, value] of column(rows, 'probability').entries()) {
      expect(Math.abs(value - example.probability[i]!)).toBeLessThanOrEqual(5e-5);
    }
  });

  it('names what it shows, in the title and to those who do not see it', () => {
    const named = decisionFigure({ ...example.decision, quantity: 'p(y = 1)' }, options()).svg;
    expect(svg.match(/mean p\(y = 1\) ·/g)).toHaveLength(2);
    expect(named).not.toContain('mean p(y = 1)');
    expect(named.match(/p\(y = 1\) ·/g)).toHaveLength(2);
  });

  it('has one panel without the epistemic part, and no lines where none are asked for', () => {
    const { grid, probability, points } = example.decision;
    const { svg } = decisionFigure({ grid, probability, points, contours: [] }, options());
    expect(picturesOf(svg)).toHaveLength(1);
    expect(marks(svg, 'contour')).toHaveLength(0);
  });

  it('draws an epistemic part that is zero everywhere', () => {
    const { svg } = decisionFigure({ ...example.decision, epistemic: new Float32Array(12) }, options());
    expect(picturesOf(svg)).toHaveLength(2);
  });
});

describe('animationFigure', () => {
  const { svg, html, csv } = animationFigure(example.animation, options());

  it('has each frame once in the player, with its epoch, accuracy and loss', () => {
    const labels = [...html!.matchAll(/data-label="([^"]*)"/g)].map(([, label]) => label);
    expect(labels).toEqual([
      'epoch 1 · accuracy 60.0 % · loss 1.00',
      'epoch 2 · accuracy 70.0 % · loss 0.500',
      'epoch 3 · accuracy 80.0 % · loss 0.333',
    ]);
    expect(html).toContain(svg);
    expect(picturesOf(html!.replace(svg, ''))).toHaveLength(3);
  });

  it('has controls that a keyboard reaches, named, and is escaped', () => {
    expect(html!.match(/<button type="button"/g)).toHaveLength(3);
    expect(html).toContain('<input type="range" min="0" max="2" step="1" value="2" aria-label="Epoch"');
    expect(html).toContain('aria-label="Animation: A &#60;title&#62; &#38; &#34;more&#34;"');
    expect(html).toContain('prefers-reduced-motion');
  });

  it('shows ten frames at most in the still picture, the first and the last among them', () => {
    const frames = Array.from({ length: 31 }, (_, epoch) => ({ epoch, probability: example.probability }));
    const { svg } = animationFigure({ ...example.animation, frames }, options());
    const epochs = textsOf(svg).filter((text) => text.startsWith('epoch'));
    expect(epochs).toHaveLength(10);
    expect(epochs[0]).toBe('epoch 0');
    expect(epochs.at(-1)).toBe('epoch 30');
    expect(svg.match(/<use /g)).toHaveLength(9);
  });

  it('writes a column for each frame', () => {
    const rows = rowsOf(csv).filter((row) => row['kind'] === 'map');
    expect(rows).toHaveLength(12);
    expect(column(rows, 'probability, epoch 3')[11]).toBeCloseTo(example.probability[11]!, 4);
  });
});

describe('digitGridFigure', () => {
  const { svg, csv } = digitGridFigure(example.digits, options());

  it('keeps the pixels of the digits as they are', () => {
    const pictures = picturesOf(svg);
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([
      [28, 28],
      [28, 28],
      [28, 28],
    ]);
    expect(pictures.map(({ data }) => [...new Set(data)])).toEqual([[10], [20], [30]]);
    expect(svg.match(/image-rendering:pixelated/g)).toHaveLength(3);
  });

  it('says what was taken for what, and the value under each', () => {
    const texts = textsOf(svg);
    expect(texts).toEqual(expect.arrayContaining(['0.61', '4 taken for 9', 'label 9', 'label 5']));
    expect(texts.filter((text) => text.includes('taken for'))).toHaveLength(1);
    expect(rowsOf(csv)[0]).toEqual({ index: '2130', 'variation ratio': '0.61', label: '4', prediction: '9' });
  });
});

describe('sampleFigure', () => {
  const { svg, csv } = sampleFigure(example.sample, options());

  it('counts means and votes over the passes', () => {
    // Means by hand: (0.1 + 0.5 + 0.2 + 0.2) / 4, ...; the passes vote 1, 0, 1, 2.
    const rows = rowsOf(csv).filter((row) => row['kind'] === 'class');
    expect(column(rows, 'meanSoftmax')).toEqual([0.25, 0.45, 0.2, 0.1]);
    expect(column(rows, 'votes')).toEqual([1, 2, 1, 0]);
  });

  it('has a histogram for each of the three top classes, its counts all the passes', () => {
    const rows = rowsOf(csv).filter((row) => row['kind'] === 'histogram');
    for (const which of ['1', '0', '2']) {
      const own = rows.filter((row) => row['class'] === which);
      expect(column(own, 'passes').reduce((sum, value) => sum + value, 0)).toBe(4);
    }
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        'label 1, predicted 1',
        'class 1: mean 0.450, the label',
        'class 0: mean 0.250',
      ]),
    );
  });
});

describe('precisionRecallFigure', () => {
  const { svg, csv } = precisionRecallFigure(example.precisionRecall, options());

  it('draws the steps whose area is the average precision', () => {
    const rows = rowsOf(csv).filter((row) => row['kind'] === 'curve' && row['score'] === 'MCP');
    expect(column(rows, 'recall')).toEqual([0, 0.5, 0.5, 1]);
    expect(column(rows, 'precision')).toEqual([1, 1, 0.4, 0.4]);
  });

  it('has a row for each score and one for the prevalence', () => {
    const texts = textsOf(svg);
    expect(texts).toEqual(
      expect.arrayContaining(['0.700', '0.500 – 0.900', '0.800', '95 % interval', '0.250']),
    );
  });

  it('looks into the corner where all curves are good', () => {
    const recall = Array.from({ length: 101 }, (_, i) => i / 100);
    const curve = {
      label: 'ODIN',
      recall,
      precision: recall.map((r) => 1 - 0.1 * r ** 8),
      averagePrecision: 0.98,
    };
    const { svg } = precisionRecallFigure({ ...example.precisionRecall, curves: [curve] }, options());
    expect(textsOf(svg)).toContain('recall from 0.8, precision from 0.9');
  });

  it('keeps a long curve short, no point further off than half a pixel', () => {
    const n = 20_000;
    const recall = Float64Array.from({ length: n + 1 }, (_, i) => i / n);
    const precision = recall.map((r, i) => 0.99 - 0.5 * r * r + (i % 7) * 1e-5);
    const curve = { label: 'x', recall, precision, averagePrecision: 0.5 };
    const { csv } = precisionRecallFigure({ ...example.precisionRecall, curves: [curve] }, options());
    expect(rowsOf(csv).length).toBeLessThan(400);
  });
});

describe('scoreHistogramFigure', () => {
  it('writes shares that sum to one', () => {
    const rows = rowsOf(scoreHistogramFigure(example.histogram, options()).csv);
    expect(rows).toHaveLength(40);
    for (const name of ['share of MNIST', 'share of KMNIST']) {
      expect(column(rows, name).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    expect(rows[0]).toMatchObject({ binFrom: '0', 'share of MNIST': '0.5', 'share of KMNIST': '0' });
    expect(rows[39]).toMatchObject({ binTo: '2', 'share of KMNIST': '0.25' });
  });

  it('draws a score that is the same for all inputs', () => {
    const scores = [{ label: 'constant', negatives: [1, 1], positives: [1] }];
    expect(scoreHistogramFigure({ ...example.histogram, scores }, options()).svg).toContain('constant');
  });
});

describe('seedDotsFigure', () => {
  it('has a ring for each seed, a tick for each reference and a bar for each mean', () => {
    const { svg, csv, alt } = seedDotsFigure(example.seeds, options());
    expect(
      marks(svg, 'dot')[0]!
        .split('</g>')[0]!
        .match(/<circle /g),
    ).toHaveLength(4);
    expect(rowsOf(csv).filter((row) => row['kind'] === 'reference values')).toHaveLength(2);
    expect(alt).toContain('MCP 0.370, ConfidNet 0.470');
  });
});

describe('trainingCurveFigure', () => {
  it('counts epochs from 1 where none are given', () => {
    const { csv, svg } = trainingCurveFigure(example.training, options());
    expect(column(rowsOf(csv), 'epoch')).toEqual([1, 2, 3, 1, 3]);
    expect(column(rowsOf(csv), 'value')).toEqual([1, 0.5, 0.25, 0.9, 0.95]);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['loss (nats), log scale', 'epoch', '0.5', '1']));
  });

  it('shows a training of one epoch as a point', () => {
    const { svg } = trainingCurveFigure(
      [{ axis: 'loss', series: [{ label: 'a', values: [0.5] }] }],
      options(),
    );
    expect(marks(svg, 'dot')).toHaveLength(1);
  });
});
