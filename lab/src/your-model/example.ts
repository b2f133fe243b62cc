// In the worker: a model and data for those who have none at hand, made by the library each time.
import { bindParameters, decodeOnnx, encodeOnnx, flatten, GraphBuilder, relu } from 'credence/graph';
import type { Graph } from 'credence/graph';
import { inspectClassifier } from 'credence/inspection';
import { dense, dropoutLayer } from 'credence/models';
import { fold, key as keyOf, normal, uniform, uniformInteger } from 'credence/random';
import type { Key } from 'credence/random';
import { tensorSource } from 'credence/sources';
import type { DataSource } from 'credence/sources';
import { tensor } from 'credence/tensor';
import { adam, classificationObjective, train } from 'credence/training';
import type { TaskContext } from '../compute/task.js';
import type { Opened } from './data.js';
import type { AssessProgress } from './model.js';

/** Pixels of a side. */
const SIDE = 12;
const CLASSES = ['disc', 'square', 'triangle', 'cross'] as const;
const FOREIGN = ['ring', 'stripes'] as const;
type Shape = (typeof CLASSES)[number] | (typeof FOREIGN)[number];

const HIDDEN = 48;
const EPOCHS = 20;
const BATCH = 25;
const SEED = 1;
/** Standard deviation of what is added to a pixel of [0, 1]. */
const NOISE = 0.2;

let made: Promise<Opened> | undefined;

/**
 * A perceptron with dropout that tells four noisy shapes apart, and two kinds of shapes that it was not trained on. Always the
 * same: its seed is not the reader's.
 */
export async function openExample(context: TaskContext<AssessProgress>): Promise<Opened> {
  made ??= make(context);
  try {
    return await made;
  } catch (error) {
    made = undefined;
    throw error;
  }
}

async function make(context: TaskContext<AssessProgress>): Promise<Opened> {
  const key = keyOf(SEED);
  const training = shapes(fold(key, 'train'), 1000, CLASSES);
  const network = perceptron(fold(key, 'weights'));
  const { parameters } = await train(
    classificationObjective(network),
    { pixels: training.inputs, label: tensor('uint8', [training.labels.length], training.labels) },
    {
      optimiser: adam({ learningRate: 0.002 }),
      epochs: EPOCHS,
      batchSize: BATCH,
      key: fold(key, 'training'),
      workers: 1,
      threads: context.threads,
      async onEpoch(epoch) {
        context.report({ phase: 'the example is trained', share: epoch / EPOCHS, detail: `epoch ${epoch}` });
        await context.breathe();
      },
    },
  );
  const bytes = encodeOnnx(bindParameters(network, parameters));
  const set = (name: string, n: number): DataSource => {
    const { inputs, labels } = shapes(fold(key, name), n, CLASSES);
    return tensorSource(inputs, { labels, name: `shapes, ${name}`, classes: CLASSES });
  };
  const foreign = (kind: Shape): DataSource =>
    tensorSource(shapes(fold(key, kind), 150, [kind]).inputs, { name: kind });
  return {
    model: { classifier: inspectClassifier(decodeOnnx(bytes)), name: 'shapes.onnx', bytes },
    validation: set('validation', 800),
    test: set('test', 500),
    train: tensorSource(training.inputs, { ...training, name: 'shapes, training', classes: CLASSES }),
    ood: Object.fromEntries(FOREIGN.map((kind) => [kind === 'ring' ? 'rings' : kind, foreign(kind)])),
    tuneOod: {},
    classNames: CLASSES,
    preprocess: undefined,
  };
}

/** pixels (N, 1, SIDE, SIDE) to logits (N, 4). */
function perceptron(key: Key): Graph {
  const b = new GraphBuilder('shapes');
  const pixels = b.input('pixels', 'float32', ['N', 1, SIDE, SIDE]);
  const hidden = relu(dense(b, flatten(pixels), HIDDEN, { name: 'hidden', key }));
  const dropped = dropoutLayer(hidden, 0.3, 'dropout');
  return b.build({ logits: dense(b, dropped, CLASSES.length, { name: 'last', key }) });
}

/** n pictures (n, 1, SIDE, SIDE) of shapes at random places, of random size and brightness, with noise. */
function shapes(
  key: Key,
  n: number,
  kinds: readonly Shape[],
): { inputs: ReturnType<typeof tensor<'float32'>>; labels: Uint8Array } {
  const labels = Uint8Array.from(uniformInteger(fold(key, 'kind'), n, kinds.length));
  const draws = uniform(fold(key, 'place'), 4 * n);
  const noise = normal(fold(key, 'noise'), n * SIDE * SIDE);
  const data = new Float32Array(n * SIDE * SIDE);
  for (let i = 0; i < n; i++) {
    const drawn = (j: number): number => draws[4 * i + j]!;
    const place = { x: 4.6 + 1.8 * drawn(0), y: 4.6 + 1.8 * drawn(1), radius: 2.8 + 1.8 * drawn(2) };
    const brightness = 0.55 + 0.45 * drawn(3);
    for (let p = 0; p < SIDE * SIDE; p++) {
      const [x, y] = [(p % SIDE) - place.x, Math.floor(p / SIDE) - place.y];
      const outside = distance(kinds[labels[i]!]!, x, y, place.radius);
      const ink = Math.min(1, Math.max(0, 0.5 - outside));
      data[i * SIDE * SIDE + p] = brightness * ink + NOISE * noise[i * SIDE * SIDE + p]!;
    }
  }
  return { inputs: tensor('float32', [n, 1, SIDE, SIDE], data), labels };
}

/** How far a place is outside of a shape, in pixels; negative inside. */
function distance(kind: Shape, x: number, y: number, radius: number): number {
  const [across, along] = [Math.abs(x), Math.abs(y)];
  switch (kind) {
    case 'disc':
      return Math.hypot(x, y) - radius;
    case 'square':
      return Math.max(across, along) - 0.85 * radius;
    case 'triangle':
      return Math.max(y - 0.8 * radius, 0.87 * across - 0.5 * y - 0.6 * radius);
    case 'cross':
      return Math.max(Math.min(across, along) - 0.3 * radius, Math.max(across, along) - radius);
    case 'ring':
      return Math.abs(Math.hypot(x, y) - radius) - 0.5;
    case 'stripes':
      return Math.abs(((y + 12) % 3) - 1.5) - 0.75;
  }
}
