import { DataError } from '#credence/errors/index';

export interface JointTest {
  readonly pValue: number;
  /** Equally likely choices of which columns are the observed ones; no p-value is below 1 / assignments. */
  readonly assignments: number;
}

/**
 * Exact permutation test of many rows at once: do the observed columns (seeds) come from where the reference columns come from?
 * Its statistic is the largest of the rows' differences of means, each divided by the row's standard deviation over all columns.
 * Whole columns change places, so that rows may depend on each other in any way.
 *
 * False alarms: under one distribution of the columns, P(pValue <= a) <= a for all rows together. Bonferroni's correction of
 * one test a row guarantees the same and cannot alarm at all at 5 %, with eight rows and five seeds a side: the smallest two-sided
 * p-value of a row is 2 / 252, times eight 6.3 %.
 *
 * @param reference rows of n values, @param observed as many rows of m values.
 * @throws DataError when there are no rows or columns, or their numbers differ.
 *
 * Source: Westfall & Young, "Resampling-based multiple testing", 1993, chapter 2.
 */
export function jointPermutationTest(
  reference: readonly (readonly number[])[],
  observed: readonly (readonly number[])[],
): JointTest {
  const [n, m] = [reference[0]?.length ?? 0, observed[0]?.length ?? 0];
  const fits =
    reference.length === observed.length &&
    n > 0 &&
    m > 0 &&
    reference.every((row) => row.length === n) &&
    observed.every((row) => row.length === m);
  if (!fits) {
    throw new DataError({
      what: 'jointPermutationTest',
      expected: 'as many rows in both samples, all of one length in a sample',
      got: `${reference.length} and ${observed.length} rows`,
    });
  }
  const rows = reference.map((row, i) => standardised([...row, ...observed[i]!]));
  const statistic = (chosen: readonly number[]): number =>
    Math.max(...rows.map((row) => Math.abs(chosen.reduce((sum, column) => sum + row[column]!, 0))));
  const columns = Array.from({ length: n + m }, (_, i) => i);
  const own = statistic(columns.slice(n));
  // Equal in exact arithmetic, summed in another order.
  const slack = own * 1e-9;
  let extreme = 0;
  let assignments = 0;
  for (const chosen of choices(columns, m)) {
    assignments++;
    if (statistic(chosen) >= own - slack) extreme++;
  }
  return { pValue: extreme / assignments, assignments };
}

/** A row that is constant says nothing: zeros. */
function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const deviation = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return centred.map((value) => (deviation === 0 ? 0 : value / deviation));
}

function* choices(from: readonly number[], count: number): Generator<readonly number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let i = 0; i <= from.length - count; i++) {
    for (const rest of choices(from.slice(i + 1), count - 1)) yield [from[i]!, ...rest];
  }
}
