import {
  activateDropout,
  cutAtRandom,
  cutAtTrained,
  encodeOnnx,
  flatLayout,
  foldConstants,
  PARAMETERS,
  removeDropout,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { FEATURES, MNIST_DEVIATION, mnistConvnet, PIXELS } from '#credence/models/index';
import { week3Settings } from '#credence/practical/week3/settings';
import { bits, fold, key as keyOf, permutation } from '#credence/random/index';
import { drawRandomInputs, isPerExample, openSession } from '#credence/runtime/index';
import type { Feeds } from '#credence/runtime/index';
import { confidnetObjective, odinGraph } from '#credence/scores/index';
import { elementCount, tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, classificationObjective, gradientGraph, updateGraph } from '#credence/training/index';

/** A graph and what it is run on. */
export interface GraphCase {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: Feeds;
}

export interface OtherCase {
  readonly name: string;
  readonly run: () => unknown;
}

const KEY = keyOf(0);
const SETTINGS = week3Settings({ quick: false, published: false });
const CLASSES = 10;
const SHARD = SETTINGS.batchSize / SETTINGS.shards;

const model = mnistConvnet(fold(KEY, 'classifier'));
const objective = classificationObjective(activateDropout(model));
const confidnet = cutAtTrained(
  confidnetObjective(model, {
    features: FEATURES,
    hidden: SETTINGS.confidnet.hidden,
    key: fold(KEY, 'confidnet'),
  }),
);

/** The graphs that the third week consists of, at the sizes at which it runs them. */
export function graphCases(): GraphCase[] {
  const plain = removeDropout(model);
  const passes = cutAtRandom(activateDropout(model));
  const odin = odinGraph(model, { ...SETTINGS.odin, deviation: MNIST_DEVIATION, input: PIXELS });
  const adamOf = (graph: Graph): GraphCase => {
    const { size } = flatLayout(graph);
    const name = `Adam's update of ${size.toLocaleString('en')} parameters`;
    return graphCase(name, updateGraph(adam()), 0, size);
  };
  return [
    graphCase('forward pass, 1000 digits', plain, 1000),
    graphCase(
      `classifier: gradient, ${SHARD} digits`,
      gradientGraph(objective),
      SHARD,
      flatLayout(objective).size,
    ),
    adamOf(objective),
    graphCase(
      `ConfidNet: gradient, ${SHARD} digits`,
      gradientGraph(confidnet.head),
      SHARD,
      flatLayout(confidnet.head).size,
    ),
    adamOf(confidnet.head),
    graphCase('MC dropout: layers before the dropout, 500 digits', passes.trunk, 500),
    graphCase('MC dropout: a pass of the rest, 500 digits', passes.head, 500),
    graphCase('ODIN, 500 digits', odin, 500),
  ];
}

/** What a step or a start consists of beside the graphs. */
export function otherCases(): OtherCase[] {
  const gradients = foldConstants(gradientGraph(objective));
  return [
    {
      name: `dropout masks of a shard of ${SHARD} digits`,
      run: () => drawRandomInputs(objective, KEY, 0, SHARD),
    },
    { name: 'order of an epoch, 60,000 digits', run: () => permutation(KEY, 60_000) },
    { name: "building the classifier's gradient graph", run: () => foldConstants(gradientGraph(objective)) },
    { name: 'encoding it as ONNX', run: () => encodeOnnx(gradients) },
    {
      name: 'opening and closing a session on it',
      run: async () => {
        const session = await openSession(gradients);
        await session.close();
      },
    },
  ];
}

/** Random bytes and small numbers: no kernel here is faster or slower for the values. `parameters`: how many a vector has. */
function graphCase(name: string, graph: Graph, rows: number, parameters = 0): GraphCase {
  const folded = foldConstants(graph);
  const feeds: Record<string, Tensor> = { ...drawRandomInputs(folded, fold(KEY, name), 0, rows) };
  for (const input of folded.inputs) {
    if (input.random !== undefined) continue;
    const isVector = input.name === PARAMETERS || input.shape[0] === 'P';
    const shape = input.shape.map((dim) => (typeof dim === 'number' ? dim : isVector ? parameters : rows));
    if (!isVector && !isPerExample(input) && shape.length > 0) continue;
    feeds[input.name] = valuesOf(input.dtype, shape, input.name === 'label' ? CLASSES : 256);
  }
  return { name, graph: folded, feeds };
}

function valuesOf(dtype: Tensor['dtype'], shape: readonly number[], bound: number): Tensor {
  const words = bits(fold(KEY, 'values'), elementCount(shape));
  switch (dtype) {
    case 'uint8':
      return tensor(
        'uint8',
        shape,
        Uint8Array.from(words, (word) => word % bound),
      );
    // The label where it is an index already.
    case 'int64':
      return tensor(
        'int64',
        shape,
        BigInt64Array.from(words, (word) => BigInt(word % CLASSES)),
      );
    case 'float32':
      return tensor(
        'float32',
        shape,
        Float32Array.from(words, (word) => word / 2 ** 36 + 2 ** -6),
      );
    default:
      return tensor(
        'float64',
        shape,
        Float64Array.from(words, () => 1),
      );
  }
}
