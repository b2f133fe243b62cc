// The scores of all test digits and of the strangers, in the worker.
import { averagePrecision, precisionRecallCurve, rocCurve } from 'credence/metrics';
import { riskCoverageCurve } from 'credence/selection';
import { shippedScores } from './assets.js';
import type { Curves, Distribution, Rank, ScoreValues, ThresholdInput, ThresholdResult } from './model.js';
import { scoreEntry, SCORES_OF } from './scores.js';
import type { ScoreName, TaskName } from './scores.js';

const BINS = 44;
/** What a point of a curve must move by to be drawn. */
const VISIBLE = 0.0015;

interface Groups {
  readonly test: Float32Array;
  readonly right: Float32Array;
  readonly wrong: Float32Array;
  readonly ood: Float32Array | undefined;
}

/** A drawing asks for them many times a second. */
const kept = new Map<ScoreName, Groups>();
let errors: Uint8Array | undefined;

async function errorsOf(): Promise<Uint8Array> {
  const tensors = await shippedScores();
  const [label, predicted] = [tensors.get('label')!.data, tensors.get('predicted')!.data];
  errors ??= Uint8Array.from(label as Uint8Array, (k, i) => Number(k !== predicted[i]));
  return errors;
}

async function groupsOf(name: ScoreName): Promise<Groups> {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const tensors = await shippedScores();
  const wrong = await errorsOf();
  const test = tensors.get(`test/${name}`)!.data as Float32Array;
  const groups = {
    test,
    right: test.filter((_, i) => wrong[i] === 0),
    wrong: test.filter((_, i) => wrong[i] === 1),
    ood: tensors.get(`ood/${name}`)?.data as Float32Array | undefined,
  };
  kept.set(name, groups);
  return groups;
}

/** Where scores fall among those of each group. A score is compared as float32, which is what the others are kept in. */
export async function rank(values: ScoreValues): Promise<Readonly<Partial<Record<ScoreName, Rank>>>> {
  const ranks: Partial<Record<ScoreName, Rank>> = {};
  for (const [name, value] of Object.entries(values) as [ScoreName, number][]) {
    const { test, right, wrong, ood } = await groupsOf(name);
    const own = Math.fround(value);
    const below = (group: Float32Array): number => {
      let count = 0;
      for (const other of group) if (other < own) count++;
      return count / group.length;
    };
    ranks[name] = {
      test: below(test),
      right: below(right),
      wrong: below(wrong),
      ood: ood === undefined ? NaN : below(ood),
    };
  }
  return ranks;
}

export async function distribution(name: ScoreName): Promise<Distribution> {
  const { right, wrong, ood } = await groupsOf(name);
  const [low, high] = scoreEntry(name).domain.map(Math.log) as [number, number];
  const bin = (score: number): number =>
    score <= 0
      ? 0
      : Math.min(BINS - 1, Math.max(0, Math.floor(((Math.log(score) - low) / (high - low)) * BINS)));
  const shares = (group: Float32Array): Float64Array => {
    const out = new Float64Array(BINS);
    for (const score of group) out[bin(score)]! += 1 / group.length;
    return out;
  };
  return {
    edges: Float64Array.from({ length: BINS + 1 }, (_, b) => Math.exp(low + ((high - low) * b) / BINS)),
    right: shares(right),
    wrong: shares(wrong),
    ood: ood && shares(ood),
  };
}

export async function curves(task: TaskName): Promise<Curves> {
  const { positive } = await problemOf(task, SCORES_OF[task][0]!);
  const precisionRecall = [];
  const riskCoverage = [];
  for (const name of SCORES_OF[task]) {
    const { scores, positive } = await problemOf(task, name);
    const { recall, precision } = precisionRecallCurve(scores, positive);
    const kept = visible(recall, precision);
    precisionRecall.push({
      name,
      averagePrecision: averagePrecision(scores, positive),
      recall: kept.map((i) => recall[i]!),
      precision: kept.map((i) => precision[i]!),
    });
    const { coverage, risk } = accepted(task, scores, positive);
    const points = visible(coverage, risk);
    riskCoverage.push({
      name,
      coverage: points.map((i) => coverage[i]!),
      risk: points.map((i) => risk[i]!),
    });
  }
  return { prevalence: share(positive), precisionRecall, riskCoverage };
}

/** What remains as the threshold moves, and what of it should not. */
function accepted(
  task: TaskName,
  scores: Float64Array,
  positive: Uint8Array,
): { readonly coverage: Float64Array; readonly risk: Float64Array } {
  if (task === 'failure') return riskCoverageCurve(scores, positive);
  const { falsePositiveRate, truePositiveRate } = rocCurve(scores, positive);
  return {
    coverage: falsePositiveRate.map((rate) => 1 - rate),
    risk: truePositiveRate.map((rate) => 1 - rate),
  };
}

/** The risk is NaN where nothing is accepted. */
export async function threshold({ task, score, flagged }: ThresholdInput): Promise<ThresholdResult> {
  const { scores, positive, test } = await problemOf(task, score);
  const descending = Float64Array.from(test).sort().reverse();
  const k = Math.min(descending.length, Math.max(1, Math.round(flagged * descending.length)));
  const limit = descending[k - 1]!;
  let [found, missed, falseAlarms, acceptedNegatives] = [0, 0, 0, 0];
  scores.forEach((value, i) => {
    const isFlagged = value >= limit;
    if (positive[i] === 1) {
      if (isFlagged) found++;
      else missed++;
    } else if (isFlagged) falseAlarms++;
    else acceptedNegatives++;
  });
  const accepted = missed + acceptedNegatives;
  return {
    threshold: limit,
    coverage: test.reduce((count, value) => count + Number(value < limit), 0) / test.length,
    risk: missed / accepted,
    found,
    missed,
    falseAlarms,
    positives: found + missed,
    negatives: falseAlarms + acceptedNegatives,
    recall: found / (found + missed),
    precision: found / (found + falseAlarms),
  };
}

interface Problem {
  readonly scores: Float64Array;
  readonly positive: Uint8Array;
  readonly test: Float32Array;
}

/** Failure: the test digits, an error is positive. OOD: the strangers behind them, a stranger is positive. */
async function problemOf(task: TaskName, name: ScoreName): Promise<Problem> {
  const { test, ood } = await groupsOf(name);
  if (task === 'failure') return { scores: Float64Array.from(test), positive: await errorsOf(), test };
  const strangers = ood ?? new Float32Array();
  const scores = new Float64Array(test.length + strangers.length);
  scores.set(test);
  scores.set(strangers, test.length);
  return { scores, positive: new Uint8Array(scores.length).fill(1, test.length), test };
}

/** Indices of the points that can be told apart, the first and the last among them. */
function visible(x: Float64Array, y: Float64Array): Float64Array {
  const kept = [0];
  for (let i = 1; i < x.length; i++) {
    const last = kept.at(-1)!;
    const far = Math.abs(x[i]! - x[last]!) + Math.abs(y[i]! - y[last]!) > VISIBLE;
    if (far || i === x.length - 1) kept.push(i);
  }
  return Float64Array.from(kept);
}

function share(positive: Uint8Array): number {
  return positive.reduce((sum, value) => sum + value, 0) / positive.length;
}
