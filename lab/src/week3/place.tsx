import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { capture, Chart, FigureFrame, LegendItem, linePath, Quantity } from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import manifest from './assets/manifest.json' with { type: 'json' };
import { csv } from './csv.js';
import { isStandardOdin } from './data.js';
import { percentile as formulas } from './formulas.js';
import type { Distribution, Rank, ScoreValues } from './model.js';
import { percent } from './fact.js';
import { scoreEntry, SCORES, SCORES_OF } from './scores.js';
import type { ScoreName } from './scores.js';
import { signals } from './state.js';

/** The smallest share that is drawn: one of 10,000. */
const FLOOR = 0.00008;

export interface PlaceProps {
  readonly distribution: ReadonlySignal<Distribution | undefined>;
  readonly values: ReadonlySignal<ScoreValues | undefined>;
  readonly ranks: ReadonlySignal<Readonly<Partial<Record<ScoreName, Rank>>> | undefined>;
}

/** Where the drawing's scores fall among those of the test digits and of the strangers. */
export function Place({ distribution, values, ranks }: PlaceProps): JSX.Element {
  const entry = scoreEntry(signals.score.value);
  const bins = distribution.value;
  const own = values.value?.[entry.name];
  const [low, high] = entry.domain;
  const strangers = manifest.ood.title;
  return (
    <FigureFrame
      title={`Where it falls: ${entry.title}`}
      lookFor={`Look where the line stands: among the digits that are ${SCORES_OF.ood.includes(entry.name) ? 'right, among the errors, or where only strangers are' : 'right or among the errors'}. The first bar holds all that is smaller, 0 too.`}
      formulas={formulas}
      legend={
        <>
          <LegendItem shape="area" mark="mark-right">
            right
          </LegendItem>
          <LegendItem shape="line" mark="mark-wrong">
            wrong
          </LegendItem>
          {bins?.ood === undefined ? null : (
            <LegendItem shape="line" mark="mark-ood">
              {strangers}
            </LegendItem>
          )}
          <LegendItem shape="line" mark="mark-here">
            this image
          </LegendItem>
        </>
      }
      onSave={
        bins === undefined
          ? undefined
          : async (figure) =>
              capture(figure, {
                id: 'week3-distribution',
                title: `Distribution of ${entry.title}`,
                csv: csv({
                  from: bins.edges.slice(0, -1),
                  to: bins.edges.slice(1),
                  right: bins.right,
                  wrong: bins.wrong,
                  ...(bins.ood === undefined ? {} : { [strangers]: bins.ood }),
                }),
              })
      }
    >
      <Chart
        aspect={1.9}
        x={{ domain: [low, high], type: 'log', label: `${entry.title} (${entry.unit})` }}
        y={{ domain: [FLOOR, 1], type: 'log', label: 'share of the images', grid: true }}
        description={describe(entry.title, ranks.value?.[entry.name])}
      >
        {(frame) =>
          bins === undefined ? null : (
            <>
              <path class="mark-right" d={stairs(bins.edges, bins.right, frame, true)} />
              <path class="mark-wrong" d={stairs(bins.edges, bins.wrong, frame, false)} />
              {bins.ood === undefined ? null : (
                <path class="mark-ood" d={stairs(bins.edges, bins.ood, frame, false)} />
              )}
              {own === undefined ? null : (
                <path
                  class="mark-here"
                  d={`M${frame.x.at(Math.min(high, Math.max(low * 1.02, own))).toFixed(1)},0V${frame.height}`}
                />
              )}
            </>
          )
        }
      </Chart>
      <div class="table">
        <table class="numbers ranks">
          <caption>How many per cent have a smaller score</caption>
          <thead>
            <tr>
              <th scope="col">score</th>
              <th scope="col">value</th>
              <th scope="col">test digits</th>
              <th scope="col">right</th>
              <th scope="col">wrong</th>
              <th scope="col">{strangers}</th>
            </tr>
          </thead>
          <tbody>
            {SCORES.map(({ name, brief }) => {
              const rank = ranks.value?.[name];
              return (
                <tr key={name} class={name === entry.name ? 'chosen' : undefined}>
                  <th scope="row">{brief}</th>
                  <td>
                    <Quantity name={`score-${name}`} value={values.value?.[name]} />
                  </td>
                  {(['test', 'right', 'wrong', 'ood'] as const).map((group) => (
                    <td key={group}>
                      <Quantity name={`rank-${name}-${group}`} value={rank?.[group]} format={perCent} />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {isStandardOdin.value ? null : (
        <p class="hint">
          ODIN is ranked at T = {manifest.settings.odin.temperature} and ε = {manifest.settings.odin.epsilon}{' '}
          alone, which the test digits were scored with.
        </p>
      )}
    </FigureFrame>
  );
}

/** Two digits where it is nearly all. */
function perCent(share: number): string {
  return (100 * share).toFixed(share > 0.99 ? 2 : 1);
}

/** A histogram as stairs; `closed`: down to the axis. */
function stairs(edges: Float64Array, shares: Float64Array, frame: Frame, closed: boolean): string {
  const x: number[] = [];
  const y: number[] = [];
  shares.forEach((share, b) => {
    x.push(edges[b]!, edges[b + 1]!);
    y.push(Math.max(FLOOR * 0.5, share), Math.max(FLOOR * 0.5, share));
  });
  const line = linePath(x, y, frame);
  return closed ? `${line}V${frame.height}H0Z` : line;
}

function describe(title: string, rank: Rank | undefined): string {
  if (rank === undefined) return `Distribution of ${title}`;
  const { title: strangers } = manifest.ood;
  const [also, larger] = Number.isNaN(rank.ood)
    ? ['', '']
    : [` and over ${strangers}`, ` and ${percent(rank.ood)} of ${strangers}`];
  return `Distributions of ${title} over test digits that are right and wrong${also}. This image's score is larger than that of ${percent(rank.right)} of the right ones, ${percent(rank.wrong)} of the wrong ones${larger}.`;
}
