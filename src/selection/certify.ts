import { permutation } from '../random/index.js';
import type { Key } from '../random/index.js';
import { binomialTail } from './binomial.js';
import { assertScored, assertShare } from './checks.js';
import type { Errors } from './checks.js';
import { orderOf } from './risk-coverage.js';

export interface CertificateOptions {
  /** The share of wrong predictions among the accepted that must not be exceeded, of (0, 1). */
  readonly risk: number;
  /** The probability, over the examples, that the promise holds, of (0, 1); 0.95 unless given. */
  readonly confidence?: number;
  /** Decides which examples place the thresholds, and which test them. */
  readonly key: Key;
}

/** A threshold, and what it rests on. */
export interface Certificate {
  /** Inputs with a score of at most this are accepted. */
  readonly threshold: number;
  readonly risk: number;
  readonly confidence: number;
  /** Of the examples that tested: how many there were, were accepted, and were wrong among those. */
  readonly examples: number;
  readonly accepted: number;
  readonly errors: number;
  /** accepted / examples: an estimate of the share of inputs that will be accepted, not a bound. */
  readonly coverage: number;
  /** Thresholds that were tested, this one the last that passed. */
  readonly tested: number;
}

/** Of the examples, those that place thresholds and are not used again. */
const PLACING_SHARE = 0.25;
/** More steps would not make the sequence finer than the examples can tell. */
const MOST_THRESHOLDS = 200;

/**
 * Selection with a guaranteed risk: the threshold of a score under which the share of errors among the
 * accepted inputs is at most `risk`, with probability `confidence` over the draw of these examples; undefined
 * where they do not support any. `scores` (n,), larger for the more suspicious input, `errors` (n,): of
 * examples drawn as future inputs are, on which neither the classifier nor the score was fitted.
 *
 * How looking at many thresholds is paid for: by split fixed-sequence testing. A keyed quarter of the examples
 * places the thresholds (their quantiles), and picks the one to begin with, where the test is likeliest to
 * pass. The others test, from there to larger coverage, 'the risk at this threshold exceeds the target' by the
 * exact binomial tail, each at the full level 1 - confidence, up to the first that does not pass. To promise
 * wrongly, the first true one of these hypotheses must be rejected; the sequence does not depend on the
 * examples that test it, so this has probability 1 - confidence at most. No further correction is due for this
 * score; whoever picks among m scores by their certificates asks each for the confidence 1 - (1 - c) / m.
 *
 * It says nothing of inputs from elsewhere (another distribution), and of single classes.
 *
 * Source: Angelopoulos, Bates, Candès, Jordan, Lei, "Learn then test: calibrating predictive algorithms to
 * achieve risk control", 2021 (fixed-sequence testing and its split form); the selective risk: Geifman &
 * El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017.
 * @throws DataError for NaN, differing lengths, no input; ConfigurationError on shares out of range.
 */
export function certifyThreshold(
  scores: ArrayLike<number>,
  errors: Errors,
  { risk, confidence = 0.95, key }: CertificateOptions,
): Certificate | undefined {
  assertScored('certifyThreshold', scores, errors);
  assertShare('risk', risk);
  assertShare('confidence', confidence);
  const order = permutation(key, scores.length);
  const cut = Math.floor(scores.length * PLACING_SHARE);
  const placing = sorted(scores, errors, order.subarray(0, cut));
  const testing = sorted(scores, errors, order.subarray(cut));
  const thresholds = quantiles(placing.scores);
  const level = 1 - confidence;
  const examples = testing.scores.length;
  let found: Certificate | undefined;
  let tested = 0;
  for (let t = startOf(placing, thresholds, examples, risk); t < thresholds.length; t++) {
    const threshold = thresholds[t]!;
    const accepted = countUpTo(testing.scores, threshold);
    const wrong = testing.wrongOfFirst[accepted]!;
    tested++;
    if (accepted === 0 || binomialTail(wrong, accepted, risk) > level) break;
    const coverage = accepted / examples;
    found = { threshold, risk, confidence, examples, accepted, errors: wrong, coverage, tested };
  }
  return found;
}

/** How many accepted inputs without any error it takes to promise a risk: the least that can do. */
export function fewestAccepted(risk: number, confidence: number): number {
  assertShare('risk', risk);
  assertShare('confidence', confidence);
  return Math.ceil(Math.log1p(-confidence) / Math.log1p(-risk));
}

interface Sorted {
  /** Ascending. */
  readonly scores: Float64Array;
  /** (n + 1): errors among the first i. */
  readonly wrongOfFirst: Uint32Array;
}

function sorted(scores: ArrayLike<number>, errors: Errors, members: Uint32Array): Sorted {
  const own = Float64Array.from(members, (i) => scores[i]!);
  const order = orderOf(own);
  const wrongOfFirst = new Uint32Array(members.length + 1);
  order.forEach((place, i) => (wrongOfFirst[i + 1] = wrongOfFirst[i]! + Number(errors[members[place]!])));
  return { scores: own.sort(), wrongOfFirst };
}

/** Ascending and distinct, with all that is accepted last. */
function quantiles(ascending: Float64Array): number[] {
  const n = ascending.length;
  const steps = Math.min(n, MOST_THRESHOLDS);
  const values = Array.from({ length: steps }, (_, s) => ascending[Math.ceil(((s + 1) * n) / steps) - 1]!);
  return [...new Set([...values, Infinity])];
}

/** Where the test is likeliest to pass, as far as the placing examples tell. */
function startOf(placing: Sorted, thresholds: readonly number[], examples: number, risk: number): number {
  let [best, smallest] = [0, Infinity];
  thresholds.forEach((threshold, t) => {
    const accepted = countUpTo(placing.scores, threshold);
    // Half an error more: none among a few is no risk of 0.
    const estimate = (placing.wrongOfFirst[accepted]! + 0.5) / (accepted + 1);
    const expected = Math.round((examples * accepted) / Math.max(1, placing.scores.length));
    const p = binomialTail(Math.min(expected, Math.round(estimate * expected)), expected, risk);
    if (p < smallest) [best, smallest] = [t, p];
  });
  return best;
}

/** How many of an ascending list are at most `limit`. */
function countUpTo(ascending: Float64Array, limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
