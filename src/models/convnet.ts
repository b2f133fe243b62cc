import { add, cast, flatten, GraphBuilder, maxPool, mul, named, relu, reshape } from '../graph/index.js';
import type { Graph, Value } from '../graph/index.js';
import type { Key } from '../random/index.js';
import { conv2d, dense, dropoutLayer } from './layers.js';

/** Mean and standard deviation of MNIST's training pixels, scaled to [0, 1]. */
export const MNIST_MEAN = 0.1307;
export const MNIST_DEVIATION = 0.3081;

/** The inner values of `mnistConvnet` that methods ask for. */
export const PIXELS = 'pixels';
export const FEATURES = 'features';
export const LOGITS = 'logits';

/**
 * The practical's classifier of MNIST, 65,558 parameters: conv 1→16 5x5, ReLU, max-pool 2; conv 16→32 5x5, ReLU, max-pool 2;
 * flatten 512; dropout 0.5; dense 100, ReLU; dropout 0.25; dense 10.
 *
 * Input `image`: bytes (N, 28, 28), normalised inside. Values: `pixels` (N, 1, 28, 28), the normalised image; `features`
 * (N, 100), what the last layer reads (behind its dropout); output `logits` (N, 10).
 */
export function mnistConvnet(key: Key): Graph {
  const b = new GraphBuilder('mnist-convnet');
  const pixels = normalised(b.input('image', 'uint8', ['N', 28, 28]));
  const pooled1 = relu(maxPool(conv2d(b, pixels, 16, 5, { name: 'conv1', key }), [2, 2]));
  const pooled2 = relu(maxPool(conv2d(b, pooled1, 32, 5, { name: 'conv2', key }), [2, 2]));
  const hidden = relu(dense(b, dropoutLayer(flatten(pooled2), 0.5, 'dropout1'), 100, { name: 'fc1', key }));
  const features = named(dropoutLayer(hidden, 0.25, 'dropout2'), FEATURES);
  return b.build({ [LOGITS]: dense(b, features, 10, { name: 'fc2', key }) });
}

function normalised(image: Value): Value {
  const scaled = mul(cast(image, 'float32'), constantOf(image, 1 / (255 * MNIST_DEVIATION)));
  const centred = add(scaled, constantOf(image, -MNIST_MEAN / MNIST_DEVIATION));
  return named(reshape(centred, [-1, 1, 28, 28]), PIXELS);
}

function constantOf({ builder }: Value, value: number): Value {
  return builder.constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
}
