import { add, cast, constantLike, div, equal, mul } from '../functions/arithmetic.js';
import { required } from '../operation.js';
import type { EvaluationCall, GradientCall, InferenceCall, Operation } from '../operation.js';
import { broadcastShapes } from '../shapes.js';
import type { Value } from '../types.js';
import { sumTo } from './adjoints.js';
import { checkElements } from './elementwise.js';
import { checkTypes } from './inference.js';
import { mapArrays } from './reference-arrays.js';

const total = (elements: readonly number[]): number => elements.reduce((sum, x) => sum + x, 0);

interface VariadicRule {
  readonly f: (...elements: number[]) => number;
  /** What each value gets of the adjoint, before the sum over broadcast axes. */
  readonly shares: (values: readonly Value[], adjoint: Value, output: Value) => readonly Value[];
}

const rules: Readonly<Record<string, VariadicRule>> = {
  Max: { f: Math.max, shares: splitAmongExtremes },
  Min: { f: Math.min, shares: splitAmongExtremes },
  Sum: { f: (...elements) => total(elements), shares: (values, adjoint) => values.map(() => adjoint) },
  Mean: {
    f: (...elements) => total(elements) / elements.length,
    shares: (values, adjoint) => {
      const share = mul(adjoint, constantLike(adjoint, 1 / values.length));
      return values.map(() => share);
    },
  },
};

/** Where several are the extreme, the adjoint is split among them evenly. */
function splitAmongExtremes(values: readonly Value[], adjoint: Value, output: Value): Value[] {
  const hits = values.map((value) => cast(equal(value, output), output.dtype));
  const share = div(adjoint, hits.reduce(add));
  return hits.map((hit) => mul(share, hit));
}

/** Operations of any number of values that broadcast together. */
export const variadicOperations: readonly Operation[] = Object.entries(rules).map(([op, { f, shares }]) => ({
  op,
  onContent: true,
  infer: ({ inputs }: InferenceCall) => {
    const values = inputs.map((_, i) => required(inputs, i));
    const first = required(values, 0);
    checkTypes(op, values);
    checkElements(op, first, 'number');
    return [{ dtype: first.dtype, shape: broadcastShapes(...values.map((value) => value.shape)) }];
  },
  evaluate: ({ inputs }: EvaluationCall) => [
    mapArrays(
      inputs.map((_, i) => required(inputs, i)),
      f,
    ),
  ],
  gradient: ({ inputs, outputs, adjoints, wanted }: GradientCall) => {
    const values = inputs.map((_, i) => required(inputs, i));
    return shares(values, adjoints[0]!, outputs[0]!).map((share, i) =>
      wanted[i] ? sumTo(share, values[i]!) : undefined,
    );
  },
}));
