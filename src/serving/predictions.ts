import { toReference } from '../graph/index.js';
import type { Fetches } from '../runtime/index.js';
import type { ServedModel } from './model.js';

/** What a model says of n inputs and K classes. */
export interface Predictions {
  readonly count: number;
  readonly classCount: number;
  /** (n): the class of the largest logit. */
  readonly classes: Int32Array;
  /** (n, K) row by row: calibrated where the export has a calibration, else the softmax of the logits. */
  readonly probabilities: Float32Array;
  /** By name, (n): larger for the more suspicious input. */
  readonly scores: Readonly<Record<string, Float32Array>>;
  /** (n), 0 or 1; undefined without a rule. */
  readonly accept: Uint8Array | undefined;
}

/** The outputs of a run of the model's graph. */
export function readPredictions(model: ServedModel, outputs: Fetches): Predictions {
  const {
    shape: [count = 0, classCount = 0],
    data: logits,
  } = toReference(outputs[model.logits]!);
  const classes = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * classCount;
    let best = 0;
    for (let k = 1; k < classCount; k++) if (logits[start + k]! > logits[start + best]!) best = k;
    classes[i] = best;
  }
  const calibrated = model.probabilities === undefined ? undefined : outputs[model.probabilities];
  return {
    count,
    classCount,
    classes,
    probabilities:
      calibrated === undefined
        ? softmax(logits, classCount)
        : Float32Array.from(toReference(calibrated).data),
    scores: Object.fromEntries(
      Object.entries(model.scores).map(([name, output]) => [
        name,
        Float32Array.from(toReference(outputs[output]!).data),
      ]),
    ),
    accept: model.accept === undefined ? undefined : (outputs[model.accept]!.data as Uint8Array),
  };
}

function softmax(logits: ArrayLike<number>, classCount: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classCount) {
    let largest = -Infinity;
    for (let k = 0; k < classCount; k++) largest = Math.max(largest, logits[start + k]!);
    let sum = 0;
    for (let k = 0; k < classCount; k++) sum += Math.exp(logits[start + k]! - largest);
    for (let k = 0; k < classCount; k++) {
      probabilities[start + k] = Math.exp(logits[start + k]! - largest) / sum;
    }
  }
  return probabilities;
}
