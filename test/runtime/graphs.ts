import {
  activateDropout,
  add,
  cast,
  dropout,
  GraphBuilder,
  matmul,
  mul,
  named,
  reduceSum,
} from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { key, normal } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';

/** Half the distance from 1 to the next float32: the largest relative error of one rounding. */
export const UNIT_ROUNDOFF: number = 2 ** -24;

export function draws(seed: number, ...shape: number[]): Tensor<'float32'> {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor('float32', shape, Float32Array.from(normal(key(seed), n)));
}

/** x (N, width) times a weight (width, 3), and the sum of x's rows: y (N, 3), total (N,). */
export function affine(width: number): Graph {
  const b = new GraphBuilder('affine');
  const x = b.input('x', 'float32', ['N', width]);
  const weight = b.parameter('weight', draws(1, width, 3));
  return b.build({ y: matmul(x, weight), total: reduceSum(x, [1]) });
}

/** Two dropout layers over x (N, width), and a normal draw for each element that all examples share. */
export function noisy(width: number): Graph {
  const b = new GraphBuilder('noisy');
  const x = b.input('x', 'float32', ['N', width]);
  const noise = b.input('noise', 'float32', [1, width], { kind: 'normal' });
  const y = b.scope('model', () => {
    const once = dropout(x, 0.5, 'drop1');
    const twice = dropout(add(once, once), 0.2, 'drop2');
    return reduceSum(mul(twice, noise), [1]);
  });
  const active = activateDropout(b.build({ y }));
  // The draws themselves, so that a test can hold them against the generator.
  const exposed = GraphBuilder.from(active);
  const mask = (name: string): ReturnType<typeof cast> => cast(exposed.value(name), 'uint8');
  const ones = cast(mul(exposed.value('x'), exposed.value('x')), 'bool');
  const everyRow = cast(cast(ones, 'uint8'), 'float32');
  return exposed.build({
    y: exposed.value('y'),
    mask1: named(mask('drop1/mask'), 'copy1'),
    mask2: named(mask('drop2/mask'), 'copy2'),
    noises: mul(everyRow, exposed.value('noise')),
  });
}

/** Whether anything that is fed or computed is float64. */
export function usesFloat64({ nodes, inputs, types }: Graph): boolean {
  const read = nodes.flatMap((node) => [...node.inputs, ...node.outputs]);
  return [...inputs.map(({ name }) => name), ...read].some((name) => types.get(name)?.dtype === 'float64');
}
