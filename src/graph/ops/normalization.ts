import { GraphError, ShapeError } from '../../errors/index.js';
import { add, cast, constantLike, mul, reciprocal, sqrt, sub } from '../functions/arithmetic.js';
import { expand, reduceMean, reduceSum, reshape } from '../functions/shaping.js';
import { flagAttribute, floatAttribute, intAttribute, required } from '../operation.js';
import type { Operation, ReferenceArray } from '../operation.js';
import { normalAxis } from '../shapes.js';
import { formatShape } from '../types.js';
import type { Attributes, TensorType, Value } from '../types.js';
import { firstAxes, onlyAdjoint, reshapeLike, sumTo } from './adjoints.js';
import { channelSum, checkChannels, onChannels, spread } from './channels.js';
import { checkElements } from './elementwise.js';
import { checkTypes } from './inference.js';
import { buildArray, mapArrays } from './reference-arrays.js';
import { reduceReference } from './reduction.js';

/** BatchNormalization of a trained network: scale (x - mean) / sqrt(variance + epsilon) + shift, by channel. */
const batchNormalization: Operation = {
  op: 'BatchNormalization',
  infer: ({ inputs, attributes, outputs }) => {
    const x = required(inputs, 0);
    const channelwise = [1, 2, 3, 4].map((i) => required(inputs, i));
    evaluationMode(attributes);
    // The parameters and the statistics may be of types of their own: float32 where x is float16.
    checkTypes('BatchNormalization', channelwise.slice(0, 2));
    checkTypes('BatchNormalization', channelwise.slice(2));
    for (const value of [x, ...channelwise]) checkElements('BatchNormalization', value, 'float');
    for (const value of channelwise) checkChannels('BatchNormalization', x, value);
    const others = channelwise.slice(2, outputs + 1).map(({ dtype, shape }) => ({ dtype, shape }));
    return [{ dtype: x.dtype, shape: x.shape }, ...others];
  },
  evaluate: ({ inputs, attributes }) => {
    evaluationMode(attributes);
    const x = required(inputs, 0);
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => onChannels(required(inputs, i), x));
    const epsilon = epsilonOf(attributes);
    return [
      mapArrays(
        [x, scale!, shift!, mean!, variance!],
        (value, s, b, m, v) => (s * (value - m)) / Math.sqrt(v + epsilon) + b,
      ),
    ];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const x = required(inputs, 0);
    const adjoint = onlyAdjoint(adjoints);
    const [scale, , mean, variance] = [1, 2, 3, 4].map((i) =>
      cast(spread(required(inputs, i), x), x.dtype),
    ) as [Value, Value, Value, Value];
    const inverse = inverseDeviation(variance, attributes);
    const perUnit = mul(adjoint, mul(scale, inverse));
    const sums = (value: Value, target: Value): Value =>
      cast(reshapeLike(channelSum(value), target), target.dtype);
    const centred = (): Value => sub(x, mean);
    return [
      wanted[0] ? perUnit : undefined,
      wanted[1] ? sums(mul(adjoint, mul(centred(), inverse)), inputs[1]!) : undefined,
      wanted[2] ? sums(adjoint, inputs[2]!) : undefined,
      wanted[3] ? sums(mul(perUnit, constantLike(x, -1)), inputs[3]!) : undefined,
      wanted[4]
        ? sums(mul(mul(perUnit, centred()), mul(mul(inverse, inverse), constantLike(x, -0.5))), inputs[4]!)
        : undefined,
    ];
  },
};

function evaluationMode(attributes: Attributes): void {
  if (!flagAttribute(attributes, 'training_mode')) return;
  throw new GraphError({
    what: 'BatchNormalization',
    expected: 'evaluation mode',
    got: 'training_mode 1',
    hint: 'export the model in evaluation mode',
  });
}

/** InstanceNormalization: each channel of each image to mean 0 and variance 1, then scaled and shifted by channel. */
const instanceNormalization: Operation = {
  op: 'InstanceNormalization',
  infer: ({ inputs }) => {
    const x = required(inputs, 0);
    const channelwise = [required(inputs, 1), required(inputs, 2)];
    checkTypes('InstanceNormalization', [x, ...channelwise]);
    for (const value of channelwise) checkChannels('InstanceNormalization', x, value);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const axes = firstAxes(x.shape.length).slice(2);
    const [scale, shift] = [onChannels(required(inputs, 1), x), onChannels(required(inputs, 2), x)];
    return [scaledReference(standardised(x, axes, epsilonOf(attributes)).result, scale, shift)];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const x = required(inputs, 0);
    const adjoint = adjoints[0]!;
    const axes = firstAxes(x.shape.length).slice(2);
    const { standard, back } = standardisation(x, axes, attributes);
    return [
      wanted[0] ? back(mul(adjoint, spread(inputs[1]!, x))) : undefined,
      wanted[1] ? reshapeLike(channelSum(mul(adjoint, standard)), inputs[1]!) : undefined,
      wanted[2] ? reshapeLike(channelSum(adjoint), inputs[2]!) : undefined,
    ];
  },
};

/** LayerNormalization(x, scale, shift?): the axes from `axis` on to mean 0 and variance 1 (Ba, Kiros & Hinton, 2016). */
const layerNormalization: Operation = {
  op: 'LayerNormalization',
  infer: ({ inputs, attributes, outputs }) => {
    const x = required(inputs, 0);
    checkTypes('LayerNormalization', [x, required(inputs, 1), inputs[2]]);
    const axes = lastAxes(x, attributes);
    const statistics = {
      dtype: 'float32',
      shape: x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
    } as const;
    return [{ dtype: x.dtype, shape: x.shape }, statistics, statistics].slice(0, outputs);
  },
  evaluate: ({ inputs, attributes }) => {
    const [x, scale, shift] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const { result, mean, inverse } = standardised(x, lastAxes(x, attributes), epsilonOf(attributes));
    const statistics = [mean, inverse].map((array) => ({ ...array, dtype: 'float32' as const }));
    return [scaledReference(result, scale, shift), ...statistics];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [x, scale, shift] = [required(inputs, 0), required(inputs, 1), inputs[2]];
    const adjoint = onlyAdjoint(adjoints);
    const { standard, back } = standardisation(x, lastAxes(x, attributes), attributes);
    return [
      wanted[0] ? back(mul(adjoint, scale)) : undefined,
      wanted[1] ? sumTo(mul(adjoint, standard), scale) : undefined,
      shift !== undefined && wanted[2] ? sumTo(adjoint, shift) : undefined,
    ];
  },
};

/**
 * GroupNormalization(x, scale, shift): groups of channels to mean 0 and variance 1 (Wu & He, 2018). Scale and shift are by
 * channel as of opset 21, by group before.
 */
const groupNormalization: Operation = {
  op: 'GroupNormalization',
  infer: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    checkTypes('GroupNormalization', [x, required(inputs, 1), required(inputs, 2)]);
    const groups = intAttribute(attributes, 'num_groups', 0);
    const channels = x.shape[1];
    if (groups < 1 || (typeof channels === 'number' && channels % groups !== 0)) {
      throw new ShapeError({
        what: 'GroupNormalization',
        expected: `channels in ${groups} groups`,
        got: formatShape(x.shape),
      });
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const groups = intAttribute(attributes, 'num_groups', 0);
    const [n, channels] = x.shape as [number, number];
    const each = n === 0 ? 0 : x.data.length / (n * groups);
    const { result } = standardised({ ...x, shape: [n, groups, each] }, [2], epsilonOf(attributes));
    const byChannel = (value: ReferenceArray): ReferenceArray => {
      const share = channels / value.shape[0]!;
      return onChannels(
        buildArray(value.dtype, [channels], ([c]) => value.data[Math.floor(c! / share)]!),
        x,
      );
    };
    const [scale, shift] = [byChannel(required(inputs, 1)), byChannel(required(inputs, 2))];
    return [scaledReference({ ...result, shape: x.shape }, scale, shift)];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [x, scale, shift] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    const adjoint = adjoints[0]!;
    const groups = intAttribute(attributes, 'num_groups', 0);
    const channels = Number(x.shape[1]);
    const grouped = (value: Value): Value => reshape(value, [0, groups, -1]);
    const { standard, back } = standardisation(grouped(x), [2], attributes);
    const perGroup = scale.shape[0] === groups && groups !== channels;
    const byChannel = perGroup
      ? reshape(expand(reshape(scale, [-1, 1]), [groups, channels / groups]), [-1])
      : scale;
    const sums = (value: Value, target: Value): Value => {
      const total = channelSum(value);
      return perGroup ? reduceSum(reshape(total, [groups, -1]), [1]) : reshapeLike(total, target);
    };
    return [
      wanted[0] ? reshapeLike(back(grouped(mul(adjoint, spread(byChannel, x)))), x) : undefined,
      wanted[1] ? sums(mul(adjoint, reshapeLike(standard, x)), scale) : undefined,
      wanted[2] ? sums(adjoint, shift) : undefined,
    ];
  },
};

/** RMSNormalization(x, scale): the axes from `axis` on divided by their root mean square (Zhang & Sennrich, 2019). */
const rmsNormalization: Operation = {
  op: 'RMSNormalization',
  infer: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    checkTypes('RMSNormalization', [x, required(inputs, 1)]);
    lastAxes(x, attributes);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ({ inputs, attributes }) => {
    const x = required(inputs, 0);
    const inverse = reduceReference(x, lastAxes(x, attributes), true, (elements) => {
      return 1 / Math.sqrt(average(elements.map((element) => element * element)) + epsilonOf(attributes));
    });
    return [mapArrays([x, inverse, required(inputs, 1)], (value, factor, scale) => value * factor * scale)];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const [x, scale] = [required(inputs, 0), required(inputs, 1)];
    const axes = lastAxes(x, attributes);
    const mean = (value: Value): Value => reduceMean(value, axes, { keepDimensions: true });
    const inverse = inverseDeviation(mean(mul(x, x)), attributes);
    const standard = mul(x, inverse);
    const weighted = mul(adjoints[0]!, scale);
    return [
      wanted[0] ? mul(inverse, sub(weighted, mul(standard, mean(mul(weighted, standard))))) : undefined,
      wanted[1] ? sumTo(mul(adjoints[0]!, standard), scale) : undefined,
    ];
  },
};

/** (x - mean) / sqrt(variance + epsilon) along axes, as values, and its adjoint. */
function standardisation(
  x: Value,
  axes: readonly number[],
  attributes: Attributes,
): { standard: Value; back: (adjoint: Value) => Value } {
  const mean = (value: Value): Value => reduceMean(value, axes, { keepDimensions: true });
  const centred = sub(x, mean(x));
  const inverse = inverseDeviation(mean(mul(centred, centred)), attributes);
  const standard = mul(centred, inverse);
  const back = (adjoint: Value): Value =>
    mul(inverse, sub(sub(adjoint, mean(adjoint)), mul(standard, mean(mul(adjoint, standard)))));
  return { standard, back };
}

function standardised(
  x: ReferenceArray,
  axes: readonly number[],
  epsilon: number,
): { result: ReferenceArray; mean: ReferenceArray; inverse: ReferenceArray } {
  const mean = reduceReference(x, axes, true, average);
  const centred = mapArrays([x, mean], (value, m) => value - m);
  const inverse = reduceReference(centred, axes, true, (elements) => {
    return 1 / Math.sqrt(average(elements.map((element) => element * element)) + epsilon);
  });
  return { result: mapArrays([centred, inverse], (value, factor) => value * factor), mean, inverse };
}

function scaledReference(
  x: ReferenceArray,
  scale: ReferenceArray,
  shift: ReferenceArray | undefined,
): ReferenceArray {
  const scaled = mapArrays([x, scale], (value, factor) => value * factor);
  return shift === undefined ? scaled : mapArrays([scaled, shift], (value, offset) => value + offset);
}

function average(elements: readonly number[]): number {
  return elements.reduce((sum, element) => sum + element, 0) / elements.length;
}

function epsilonOf(attributes: Attributes): number {
  return floatAttribute(attributes, 'epsilon', 1e-5);
}

function inverseDeviation(variance: Value, attributes: Attributes): Value {
  return reciprocal(sqrt(add(variance, constantLike(variance, epsilonOf(attributes)))));
}

function lastAxes({ shape }: { readonly shape: TensorType['shape'] }, attributes: Attributes): number[] {
  return firstAxes(shape.length).slice(normalAxis(intAttribute(attributes, 'axis', -1), shape.length));
}

export const normalizationOperations: readonly Operation[] = [
  batchNormalization,
  instanceNormalization,
  layerNormalization,
  groupNormalization,
  rmsNormalization,
  // What ONNX Runtime's own optimiser calls it.
  { ...rmsNormalization, op: 'SimplifiedLayerNormalization' },
];
