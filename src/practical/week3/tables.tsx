import type { JSX } from 'preact';
import { DataTable } from '../../report/index.js';
import type { DifferenceResult, Ends, OrderResult, RankingResult } from '../results.js';
import { FAILURE_SCORES, OOD_SCORES, SCORE_TITLES } from './evaluate.js';
import type { ScoreName } from './evaluate.js';
import { PUBLISHED, REFERENCE } from './reference.js';
import { rankingOf } from './results.js';
import type { Week3Result } from './run.js';

/** The tables of a question of week 3: the measures of the first seed, and over several the means and the counts of wins. */
export function resultTables(question: string, result: Week3Result): JSX.Element | null {
  const { seeds, ood, summary, orders } = result;
  const first = seeds[0]!;
  if (question === 'II.2') {
    const rows = FAILURE_SCORES.map((name) => rankingRow(name, rankingOf(first.failure, name)));
    const own = orders.filter(({ order }) => order.includes('confidnet'));
    const between = first.differences.filter(({ task }) => task === 'failure');
    return (
      <>
        {tables('Failure prediction', rows, between, summary['failure']!, own, seeds.length, first.seed)}
        {referenceTable(summary['failure']!, REFERENCE.failure)}
        <DataTable
          caption="Published for MNIST and a small convnet, per cent (Corbière et al., NeurIPS 2019): another network, for orientation."
          columns={['Score', 'FPR at 95 % TPR', 'AUPR, error', 'AUPR, success', 'AUROC']}
          rows={PUBLISHED.map(({ name, fprAt95Tpr, auprError, auprSuccess, auroc }) => [
            name,
            ...[fprAt95Tpr, auprError, auprSuccess, auroc].map((value) => value.toFixed(2)),
          ])}
        />
      </>
    );
  }
  if (question === 'III.1') {
    const rows = OOD_SCORES.map((name) => rankingRow(name, rankingOf(first.ood[ood.name]!, name)));
    const own = orders.filter(({ order }) => order.includes('odin'));
    const between = first.differences.filter(({ task }) => task === ood.name);
    const title = `Detection of ${ood.title}`;
    return (
      <>
        {tables(title, rows, between, summary[ood.name]!, own, seeds.length, first.seed)}
        {ood.name === 'kmnist' ? referenceTable(summary[ood.name]!, REFERENCE.kmnist) : null}
      </>
    );
  }
  return null;
}

type Row = readonly (string | number)[];

function tables(
  title: string,
  rows: readonly Row[],
  between: readonly DifferenceResult[],
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
      <DataTable
        caption={`Differences of average precision, seed ${seed}, with 95 % intervals of a paired bootstrap: one that holds 0 leaves open which score is better.`}
        columns={['First less second', 'Difference']}
        rows={between.map(({ first, second, value, interval }) => [
          `${SCORE_TITLES[first as ScoreName]} less ${SCORE_TITLES[second as ScoreName]}`,
          withEnds(value, interval, 'to'),
        ])}
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
        caption={
          "How often the report's orders hold, by average precision" +
          (seeds === 1 ? '.' : ', and mean differences with 95 % Student-t intervals over the seeds.')
        }
        columns={['Order', 'Whole order', 'First beats second', 'Second beats third']}
        rows={orders.map(({ order, wholeOrder, pairs }) => [
          order.map((name) => SCORE_TITLES[name as ScoreName]).join(' > '),
          `${wholeOrder} of ${seeds}`,
          ...[0, 1].map((i) => {
            const pair = pairs.find(({ first, second }) => first === order[i] && second === order[i + 1]);
            if (pair === undefined) return '';
            const { mean, interval } = pair.difference;
            const counted = `${pair.wins} of ${seeds}`;
            return interval === null ? counted : `${counted}: ${withEnds(mean, interval, 'to')}`;
          }),
        ])}
      />
    </>
  );
}

/** The scores of which the values of other seeds are known. */
function referenceTable(
  summary: Week3Result['summary'][string],
  known: Partial<Readonly<Record<ScoreName, readonly number[]>>>,
): JSX.Element {
  return (
    <DataTable
      caption="Average precision beside five seeds of an independent implementation, settings in full."
      columns={['Score', 'This run', 'Five other seeds, lowest to highest']}
      rows={(Object.entries(known) as [ScoreName, readonly number[]][]).map(([name, values]) => [
        SCORE_TITLES[name],
        decimals(summary[name]!.mean),
        values
          .toSorted((a, b) => a - b)
          .map(decimals)
          .join(', '),
      ])}
    />
  );
}

function rankingRow(name: ScoreName, { intervals, ...measured }: RankingResult): Row {
  const cell = (measure: keyof typeof intervals): string => {
    return withEnds(measured[measure], intervals[measure]);
  };
  return [SCORE_TITLES[name], cell('averagePrecision'), cell('aupr'), cell('auroc'), cell('fprAt95Tpr')];
}

/** One piece, with a word joiner behind the dash: a column that is too narrow for it is scrolled. */
function withEnds(value: number, { low, high }: Ends, between = '–'): string {
  return `${decimals(value)}\u00A0(${decimals(low)}\u00A0${between}\u2060\u00A0${decimals(high)})`;
}

/** Three: what is compared stands in a column, and the intervals are wider than the fourth. */
function decimals(value: number): string {
  return value.toFixed(3).replace('-', '−');
}
