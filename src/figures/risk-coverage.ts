import * as Plot from '@observablehq/plot';
import { assertSome, assertWithin } from './checks.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions, Numbers } from './figure.js';
import { legend } from './legend.js';
import { compact, percent, significant } from './numbers.js';
import { panel } from './panel.js';
import { simplify } from './simplify.js';
import { table } from './table.js';
import { color, seriesColor, seriesDash } from './theme.js';

export interface RiskCoverageSeries {
  readonly label: string;
  /** (k), ascending, of 0 to 1. */
  readonly coverage: Numbers;
  /** (k), of 0 to 1. */
  readonly risk: Numbers;
  /** AURC. */
  readonly area: number;
}

export interface RiskCoverageData {
  /** One to six, the best first. */
  readonly curves: readonly RiskCoverageSeries[];
  /** A line at the risk that was asked for. Default: none. */
  readonly target?: number;
  /** The chosen threshold: the coverage and the risk there. Default: none. */
  readonly chosen?: { readonly coverage: number; readonly risk: number };
}

const FRAME = { width: 560, height: 320 };
const LEFT = 70;
/** Below this coverage a risk rests on too few inputs to be drawn to scale. */
const FEW = 0.05;

/**
 * Risk-coverage curves: the share of errors among the accepted, over the share that is accepted.
 *
 * @throws DataError when there is no curve, or a number is not of [0, 1].
 */
export function riskCoverageFigure(
  { curves, target, chosen }: RiskCoverageData,
  options: FigureOptions,
): Figure {
  assertSome('riskCoverageFigure: curves', curves);
  for (const { label, coverage, risk, area } of curves) {
    assertWithin(`riskCoverageFigure: coverage of '${label}'`, coverage, 0, 1);
    assertWithin(`riskCoverageFigure: risk of '${label}'`, risk, 0, 1, coverage.length);
    assertWithin(`riskCoverageFigure: area of '${label}'`, [area], 0, 1);
  }
  const marked = [...(target === undefined ? [] : [target]), ...(chosen === undefined ? [] : [chosen.risk])];
  const highest = Math.max(
    ...marked,
    ...curves.flatMap(({ coverage, risk }) => Array.from(risk).filter((_, i) => coverage[i]! >= FEW)),
    1e-4,
  );
  const lines = curves.map(({ coverage, risk }) =>
    simplify(Array.from(coverage), Array.from(risk), 5e-4 * highest),
  );
  const key = legend(
    [
      curves.map(({ label, area }, k) => ({
        label: `${label}, AURC ${significant(area)}`,
        shape: 'line' as const,
        color: seriesColor(k),
        dash: seriesDash(k),
      })),
      [
        ...(target === undefined
          ? []
          : [
              {
                label: `asked for: ${percent(target, 2)}`,
                shape: 'line' as const,
                color: color.muted,
                dash: '1.5 3',
              },
            ]),
        ...(chosen === undefined
          ? []
          : [{ label: 'the chosen threshold', shape: 'ring' as const, color: color.ink }]),
      ],
    ],
    { x: LEFT, y: 8, width: FRAME.width },
  );
  const top = 24 + key.height;
  return compose(options, {
    width: LEFT + FRAME.width + 24,
    height: top + FRAME.height + 50,
    parts: [
      key.svg,
      panel({
        document: options.document,
        x: LEFT,
        y: top,
        ...FRAME,
        xAxis: { domain: [0, 1], label: 'coverage: share of the inputs that are accepted', grid: true },
        yAxis: {
          domain: [0, highest * 1.06],
          label: 'risk: share of errors among them',
          format: (value) => `${compact(100 * value)} %`,
          ticks: 6,
          grid: true,
        },
        yLabelOffset: 56,
        marks: [
          Plot.ruleY(target === undefined ? [] : [target], { stroke: color.muted, strokeDasharray: '1.5 3' }),
          ...curves.map((_, k) =>
            Plot.line(lines[k]!.x, {
              x: (value: number) => value,
              y: [...lines[k]!.y],
              stroke: seriesColor(k),
              strokeWidth: 2,
              strokeDasharray: seriesDash(k),
              clip: true,
            }),
          ),
          Plot.dot(chosen === undefined ? [] : [chosen], {
            x: 'coverage',
            y: 'risk',
            r: 5,
            stroke: color.ink,
            strokeWidth: 2,
          }),
        ],
      }),
    ],
    csv: table(
      ...curves.map(({ label }, k) => ({ score: label, coverage: lines[k]!.x, risk: lines[k]!.y })),
      ...(chosen === undefined
        ? []
        : [{ score: 'chosen threshold', coverage: [chosen.coverage], risk: [chosen.risk] }]),
    ),
    alt: `Risk over coverage. ${curves.map(({ label, area }) => `${label}: area ${significant(area)}`).join('; ')}.`,
  });
}
