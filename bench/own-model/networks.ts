import { add, flatten, globalAveragePool, GraphBuilder, maxPool, named, relu } from '#credence/graph/index';
import type { Graph, Value } from '#credence/graph/index';
import { conv2d, dense } from '#credence/models/layers';
import { fold, key, normal } from '#credence/random/index';
import type { Classifier } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

export const NETWORKS = ['convnet', 'residual'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** A classifier that stands for a user's own: what matters for its speed, with weights that were never trained. */
export interface OwnNetwork {
  readonly title: string;
  readonly classifier: Classifier;
  /** Of an example. */
  readonly shape: readonly number[];
}

const SEED = key(17);
/** The input of both. */
export const IMAGE = 'image';
const [FEATURES, LOGITS] = ['features', 'logits'] as const;

export function ownNetwork(name: NetworkName): OwnNetwork {
  return name === 'convnet' ? convnet() : residual();
}

/** Noise images. */
export function noise({ shape }: OwnNetwork, n: number, seed: number): Tensor<'float32'> {
  const size = shape.reduce((product, dim) => product * dim, n);
  return tensor('float32', [n, ...shape], Float32Array.from(normal(fold(key(seed), 'noise'), size)));
}

/** The practical's classifier without its dropout, images (1, 28, 28). 2.2 million multiplications. */
function convnet(): OwnNetwork {
  const b = new GraphBuilder('convnet');
  const shape = [1, 28, 28];
  const image = b.input(IMAGE, 'float32', ['N', ...shape]);
  const first = relu(maxPool(conv2d(b, image, 16, 5, { name: 'conv1', key: SEED }), [2, 2]));
  const second = relu(maxPool(conv2d(b, first, 32, 5, { name: 'conv2', key: SEED }), [2, 2]));
  const hidden = relu(dense(b, flatten(second), 100, { name: 'fc1', key: SEED }));
  return finished(b, hidden, 'convnet, 1 x 28 x 28', shape);
}

/**
 * A residual network of three blocks, 16 to 64 channels, images (3, 32, 32), its batch-norms folded into the convolutions as
 * exporters do. 12 million multiplications.
 */
function residual(): OwnNetwork {
  const b = new GraphBuilder('residual');
  const shape = [3, 32, 32];
  const convolution = (x: Value, maps: number, size: number, stride: number, name: string): Value =>
    conv2d(b, x, maps, size, {
      name,
      key: SEED,
      strides: [stride, stride],
      pads: [0, 0, 0, 0].fill(size >> 1),
    });
  const image = b.input(IMAGE, 'float32', ['N', ...shape]);
  let x = relu(convolution(image, 16, 3, 1, 'stem'));
  [16, 32, 64].forEach((maps, i) => {
    const stride = i === 0 ? 1 : 2;
    const inner = relu(convolution(x, maps, 3, stride, `block${i}.conv1`));
    const shortcut = i === 0 ? x : convolution(x, maps, 1, stride, `block${i}.short`);
    x = relu(add(convolution(inner, maps, 3, 1, `block${i}.conv2`), shortcut));
  });
  return finished(b, flatten(globalAveragePool(x)), 'residual network, 3 x 32 x 32', shape);
}

function finished(b: GraphBuilder, hidden: Value, title: string, shape: readonly number[]): OwnNetwork {
  const features = named(hidden, FEATURES);
  const graph: Graph = b.build({ [LOGITS]: dense(b, features, 10, { name: 'fc', key: SEED }) });
  return {
    title,
    shape,
    classifier: { graph, differentiableInput: IMAGE, features: FEATURES, logits: LOGITS },
  };
}
