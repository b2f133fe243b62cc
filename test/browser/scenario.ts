import {
  activateDropout,
  bindParameters,
  decodeOnnx,
  flatLayout,
  GraphBuilder,
  named,
  packParameters,
  parametersOf,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { fold, key, uniform } from '#credence/random/index';
import { openSession, predict, samplePredictions } from '#credence/runtime/index';
import { sliceRows, tensor, zeros } from '#credence/tensor/index';
import type { DType, Tensor } from '#credence/tensor/index';
import { classificationObjective, gradientGraph, sgd, train } from '#credence/training/index';

/** What every runtime is given: an ONNX file, and digits with their labels. */
export interface Given {
  readonly model: Uint8Array;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** Multiplies each weight by 1 + this times a number of [-1, 1): what rounding errors amount to. */
  readonly perturbation: number;
  readonly threads: number;
}

/** What it computes, as plain numbers. */
export interface Computed {
  readonly forward: readonly number[];
  readonly gradient: readonly number[];
  readonly losses: readonly number[];
  readonly trained: readonly number[];
  readonly samples: readonly number[];
  readonly masks: readonly number[];
  readonly stepAfterAbort: number;
  /** How many numbers differ between what a run writes to an array that it is given and what it returns without. */
  readonly writtenElsewhere: number;
  /** Types whose values did not pass through a session unchanged. */
  readonly changedTypes: readonly string[];
}

const SAMPLES = 3;
export const STEPS = 20;

/** The same program for Node and a page: a model is decoded, run, derived, trained and sampled. */
export async function compute({ model, images, labels, perturbation, threads }: Given): Promise<Computed> {
  const n = labels.length;
  const image = tensor('uint8', [n, 28, 28], images);
  const label = tensor('uint8', [n], labels);
  const graph = perturbed(decodeOnnx(model), perturbation);
  const forward = await predict(graph, { image }, { batchSize: 16, threads });

  const active = activateDropout(graph);
  const derived = gradientGraph(classificationObjective(graph));
  await using gradients = await openSession(derived, { threads });
  const layout = flatLayout(graph);
  const feeds = {
    image: sliceRows(image, 0, 8),
    label: sliceRows(label, 0, 8),
    parameters: tensor('float32', [layout.size], packParameters(layout, parametersOf(graph))),
    scale: tensor('float32', [], Float32Array.of(1 / 8)),
  };
  const { gradient } = await gradients.run(feeds);
  const target = zeros('float32', [layout.size]);
  await gradients.run(feeds, { into: { gradient: target } });

  const batchSize = Math.ceil(n / (STEPS / 4));
  const options = {
    optimiser: sgd({ learningRate: 0.05, momentum: 0.9 }),
    epochs: 4,
    batchSize,
    key: key(5),
  };
  const objective = classificationObjective(active);
  const trained = await train(objective, { image, label }, { ...options, shards: 2 });
  const aborted = await train(objective, { image, label }, { ...options, signal: AbortSignal.abort() });

  const exposed = { ...active, outputs: [...active.outputs, 'dropout1/mask'] };
  const withMask = GraphBuilder.from(exposed);
  const sampled = withMask.build(['logits', named(withMask.value('dropout1/mask'), 'mask').name]);
  const drawn = await samplePredictions(sampled, { image }, { samples: SAMPLES, key: key(6), batchSize: 16 });

  return {
    forward: numbers(forward['logits']),
    gradient: numbers(gradient),
    losses: [...trained.state.losses],
    trained: [...trained.state.parameters],
    samples: numbers(drawn['logits']),
    masks: numbers(drawn['mask']),
    stepAfterAbort: aborted.state.step,
    writtenElsewhere: target.data.filter((value, i) => value !== gradient!.data[i]).length,
    changedTypes: await changedTypes(),
  };
}

function perturbed(graph: Graph, size: number): Graph {
  const changed = [...parametersOf(graph)].map(([name, { shape, data }]): [string, Tensor] => {
    const noise = uniform(fold(key(9), name), data.length);
    return [
      name,
      tensor(
        'float32',
        shape,
        (data as Float32Array).map((w, i) => w * (1 + size * (2 * noise[i]! - 1))),
      ),
    ];
  });
  return size === 0 ? graph : bindParameters(graph, new Map(changed));
}

async function changedTypes(): Promise<string[]> {
  const values: Tensor[] = [
    tensor('float32', [2], Float32Array.of(0.1, -Infinity)),
    tensor('float64', [2], Float64Array.of(0.1, 2 ** 60)),
    tensor('float16', [2], Uint16Array.of(0x3c01, 0xfc00)),
    tensor('uint8', [2], Uint8Array.of(0, 255)),
    tensor('int32', [2], Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
    tensor('int64', [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
    tensor('bool', [2], Uint8Array.of(0, 1)),
  ];
  const changed: DType[] = [];
  for (const value of values) {
    const b = new GraphBuilder('identity');
    await using session = await openSession(b.build([named(b.input('x', value.dtype, [2]), 'y')]));
    const { y } = await session.run({ x: value });
    const same = y!.data.constructor === value.data.constructor && String(y!.data) === String(value.data);
    if (!same || y!.dtype !== value.dtype) changed.push(value.dtype);
  }
  return changed;
}

function numbers(value: Tensor | undefined): number[] {
  return Array.from(value!.data as ArrayLike<number>);
}
