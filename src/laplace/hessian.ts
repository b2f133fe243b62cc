import { ConfigurationError, GraphError } from '../errors/index.js';
import {
  flatLayout,
  flattenParameters,
  gradient,
  gradientName,
  GraphBuilder,
  mul,
  PARAMETERS,
  prune,
  reduceSum,
} from '../graph/index.js';
import type { Graph } from '../graph/index.js';
import { matrix } from '../linalg/index.js';
import type { Matrix } from '../linalg/index.js';
import { dataBatches } from '../posterior/index.js';
import { openSession } from '../runtime/index.js';
import type { Feeds } from '../runtime/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/**
 * Names of the values that the graph of Hessian-vector products takes in and gives out, beside the data and
 * `parameters`.
 */
const VECTOR = 'vector';
const TOTAL = 'total';
const GRADIENT = gradientName(PARAMETERS);
const PRODUCT = 'product';

/** A matrix of this many columns takes 200 MB. */
const MAXIMUM_PARAMETERS = 5000;

export interface HessianOptions {
  /** Where: the flat parameters (P,). */
  readonly parameters: Float32Array;
  /** The value of the objective whose sum over the data is meant, (N,); 'loss' unless given. */
  readonly loss?: string | undefined;
  /** Examples of one run; 500 unless given. */
  readonly batchSize?: number | undefined;
}

/** Derivatives of the loss summed over a data set, in float64. */
export interface SecondOrder {
  /** (P,). */
  readonly gradient: Float64Array;
  /** (P, P), symmetric. */
  readonly hessian: Matrix;
  /** N. */
  readonly examples: number;
}

/**
 * The graph of Hessian-vector products of the loss summed over a batch: inputs those of the objective with
 * `parameters` (P,) and `vector` v (P,); outputs the gradient g (P,) and `product`, H v = d(g'v)/dw (P,), the
 * derivative of a derivative (Pearlmutter, 1994).
 */
export function hessianVectorGraph(objective: Graph, loss = 'loss'): Graph {
  const random = objective.inputs.find((input) => input.random !== undefined);
  if (random !== undefined) {
    throw new GraphError({
      what: `Hessian of '${objective.name}'`,
      expected: 'an objective without random inputs',
      got: `'${random.name}'`,
    });
  }
  const first = GraphBuilder.from(flattenParameters(objective));
  const summed = first.build({ [TOTAL]: reduceSum(first.value(loss)) });
  const second = GraphBuilder.from(gradient(summed, { of: TOTAL, withRespectTo: [PARAMETERS] }));
  const slope = second.value(GRADIENT);
  const along = reduceSum(mul(slope, second.input(VECTOR, 'float32', slope.shape)));
  const twice = gradient(second.build([GRADIENT, along]), { of: along.name, withRespectTo: [PARAMETERS] });
  // The second gradient is of the same value as the first, so it has the name with a number.
  const [name] = twice.outputs.slice(-1);
  const named = GraphBuilder.from(twice);
  return prune(named.build({ [GRADIENT]: named.value(GRADIENT), [PRODUCT]: named.value(name!) }));
}

/**
 * Gradient and Hessian of the loss summed over the data, column by column from Hessian-vector products: P
 * runs of about three times a gradient's cost. Sums of batches are taken in float64; the two triangles are
 * averaged.
 * @throws ConfigurationError on more than 5,000 parameters, whose matrix would not be a small one.
 */
export async function secondOrder(
  objective: Graph,
  data: Feeds,
  { parameters, loss, batchSize }: HessianOptions,
): Promise<SecondOrder> {
  const { size } = flatLayout(objective);
  if (size === 0 || size > MAXIMUM_PARAMETERS || parameters.length !== size) {
    throw new ConfigurationError({
      what: `full Hessian of '${objective.name}'`,
      expected: `1 to ${MAXIMUM_PARAMETERS} parameters, as many as the graph has (${size})`,
      got: `${parameters.length}`,
      hint: 'choose fewer parameters, such as those of the last layer',
    });
  }
  const graph = hessianVectorGraph(objective, loss);
  const { batches, examples } = dataBatches(graph, data, { batchSize, fed: [PARAMETERS, VECTOR] });
  const vector = (values: Float32Array): Tensor => tensor('float32', [size], values);
  const slope = new Float64Array(size);
  const hessian = matrix(size, size);
  await using session = await openSession(graph);
  for (const { feeds } of batches) {
    for (let column = 0; column < size; column++) {
      const unit = new Float32Array(size);
      unit[column] = 1;
      const outputs = await session.run({
        ...feeds,
        [PARAMETERS]: vector(parameters),
        [VECTOR]: vector(unit),
      });
      accumulate(hessian.data, outputs[PRODUCT]!, column * size);
      if (column === 0) accumulate(slope, outputs[GRADIENT]!, 0);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (hessian.data[i * size + j]! + hessian.data[j * size + i]!) / 2;
      hessian.data[i * size + j] = hessian.data[j * size + i] = mean;
    }
  }
  return { gradient: slope, hessian, examples };
}

function accumulate(sums: Float64Array, value: Tensor, offset: number): void {
  const { data } = value as Tensor<'float32'>;
  for (let i = 0; i < data.length; i++) sums[offset + i]! += data[i]!;
}
