import { GraphError } from '../errors/index.js';
import { formatType } from '../graph/index.js';
import type { Graph, Input } from '../graph/index.js';
import { bernoulli, fold, normal } from '../random/index.js';
import type { Key } from '../random/index.js';
import { elementCount, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** Whether an input has a row for each example: its first dimension is known only when the graph runs. */
export function isPerExample(input: Input): boolean {
  return typeof input.shape[0] === 'string';
}

/**
 * Values for all random inputs of a graph. An input with a row for each example gets rows `rowStart` to `rowStart + rows` of
 * its endless matrix of draws, so that batches can be cut anywhere; another gets the one draw that all examples share.
 * @throws GraphError when another dimension than the first is not known.
 */
export function drawRandomInputs(
  graph: Graph,
  key: Key,
  rowStart: number,
  rows: number,
): Record<string, Tensor> {
  const draws: Record<string, Tensor> = {};
  for (const input of graph.inputs) {
    if (input.random !== undefined) draws[input.name] = draw(input, fold(key, input.name), rowStart, rows);
  }
  return draws;
}

function draw(input: Input, key: Key, rowStart: number, rows: number): Tensor {
  const perExample = isPerExample(input);
  const rest = (perExample ? input.shape.slice(1) : input.shape).map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new GraphError({
      what: `random input '${input.name}'`,
      expected: 'known sizes',
      got: formatType(input),
    });
  });
  const [start, count, width] = perExample
    ? [rowStart, rows, elementCount(rest)]
    : [0, 1, elementCount(rest)];
  const shape = perExample ? [rows, ...rest] : rest;
  if (input.random?.kind === 'bernoulli') {
    return tensor(
      'uint8',
      shape,
      bernoulli(key, input.random.probability, count, width, { rowStart: start }),
    );
  }
  return tensor('float32', shape, Float32Array.from(normal(key, count * width, start * width)));
}
