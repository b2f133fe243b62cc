import type { JSX } from 'preact';
import { DataTable } from '../../report/index.js';
import type { OrderResult, RankingResult } from '../results.js';
import { FAILURE_SCORES, OOD_SCORES, SCORE_TITLES } from './evaluate.js';
import type { ScoreName } from './evaluate.js';
import { rankingOf } from './results.js';
import type { Week3Result } from './run.js';

/** The tables of a question of week 3: the measures of the first seed, and over several the means and the counts of wins. */
export function resultTables(question: string, result: Week3Result): JSX.Element | null {
  const { seeds, ood, summary, orders } = result;
  const first = seeds[0]!;
  if (question === 'II.2') {
    const rows = FAILURE_SCORES.map((name) => rankingRow(name, rankingOf(first.failure, name)));
    const own = orders.filter(({ order }) => order.includes('confidnet'));
    return tables('Failure prediction', rows, summary['failure']!, own, seeds.length, first.seed);
  }
  if (question === 'III.1') {
    const rows = OOD_SCORES.map((name) => rankingRow(name, rankingOf(first.ood[ood.name]!, name)));
    const own = orders.filter(({ order }) => order.includes('odin'));
    return tables(`Detection of ${ood.title}`, rows, summary[ood.name]!, own, seeds.length, first.seed);
  }
  return null;
}

type Row = readonly (string | number)[];

function tables(
  title: string,
  rows: readonly Row[],
  summary: Week3Result['summary'][string],
  orders: readonly OrderResult[],
  seeds: number,
  seed: number,
): JSX.Element {
  return (
    <>
      <DataTable
        caption={`${title}, seed ${seed}, with 95 % bootstrap intervals over the inputs.`}
        columns={['Score', 'Average precision', 'AUPR, trapezoid', 'AUROC', 'FPR at 95 % TPR']}
        rows={rows}
      />
      {seeds === 1 ? null : (
        <DataTable
          caption={`Average precision over ${seeds} seeds, with 95 % Student-t intervals of the mean.`}
          columns={['Score', 'Mean', 'Interval', 'Standard deviation']}
          rows={Object.entries(summary).map(([name, { mean, interval, standardDeviation }]) => [
            SCORE_TITLES[name as ScoreName],
            decimals(mean),
            interval === null ? '' : `${decimals(interval.low)} – ${decimals(interval.high)}`,
            standardDeviation === null ? '' : decimals(standardDeviation),
          ])}
        />
      )}
      <DataTable
        caption="How often the report's orders hold, by average precision."
        columns={['Order', 'Whole order', 'First beats second', 'Second beats third']}
        rows={orders.map(({ order, wholeOrder, pairs }) => [
          order.map((name) => SCORE_TITLES[name as ScoreName]).join(' > '),
          `${wholeOrder} of ${seeds}`,
          ...[0, 1].map((i) => {
            const pair = pairs.find(({ first, second }) => first === order[i] && second === order[i + 1]);
            return `${pair?.wins ?? 0} of ${seeds}`;
          }),
        ])}
      />
    </>
  );
}

function rankingRow(name: ScoreName, { intervals, ...measured }: RankingResult): Row {
  const cell = (measure: keyof typeof intervals): string => {
    const { low, high } = intervals[measure];
    // One piece: a column that is too narrow for it is scrolled.
    return `${decimals(measured[measure])}\u00A0(${decimals(low)}\u00A0–\u00A0${decimals(high)})`;
  };
  return [SCORE_TITLES[name], cell('averagePrecision'), cell('aupr'), cell('auroc'), cell('fprAt95Tpr')];
}

/** Three: what is compared stands in a column, and the intervals are wider than the fourth. */
function decimals(value: number): string {
  return value.toFixed(3);
}
