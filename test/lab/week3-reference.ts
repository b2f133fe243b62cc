import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mcDropout } from '#credence/dropout/index';
import { decodePng, decodeSafetensors } from '#credence/formats/index';
import { decodeOnnx, removeDropout } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { odin } from '#credence/ood/index';
import { fold, key, normal } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import {
  confidnetScore,
  maximumClassProbability,
  mutualInformation,
  predictiveEntropy,
  softmaxRows,
  summariseSamples,
  variationRatio,
} from '#credence/scores/index';
import type { Logits } from '#credence/scores/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { place, renderInk, toBytes } from '../../lab/src/week3/image.js';
import { ink } from '../../lab/src/week3/ink.js';

export interface Manifest {
  readonly digits: readonly number[];
  readonly columns: number;
  readonly start: number;
  readonly sample: number;
  readonly averagePrecisions: Readonly<Record<'failure' | 'ood', Readonly<Record<string, number>>>>;
}

/** What the address of the page says. */
export interface Asked {
  readonly digit?: number;
  readonly ink?: string;
  readonly rotate?: number;
  readonly scale?: number;
  readonly dx?: number;
  readonly dy?: number;
  readonly noise?: number;
  readonly seed?: number;
  readonly passes?: number;
  readonly temperature?: number;
  readonly epsilon?: number;
}

const PIXELS = 784;
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join('lab/src/week3/assets', name)));

export const manifest: Manifest = JSON.parse(Buffer.from(bytesOf('manifest.json')).toString()) as Manifest;

export function shippedModel(): Graph {
  return decodeOnnx(bytesOf('model.onnx'), { where: 'model.onnx' });
}

export function shippedScores(): ReadonlyMap<string, Tensor> {
  return decodeSafetensors(bytesOf('scores.safetensors')).tensors;
}

/** The i-th image of a sprite, (784,). */
export function imagesOf(name: string, count: number): Uint8Array {
  const { width, data } = decodePng(bytesOf(name));
  const out = new Uint8Array(count * PIXELS);
  for (let i = 0; i < count * PIXELS; i++) {
    const [digit, at] = [Math.floor(i / PIXELS), i % PIXELS];
    const row = Math.floor(digit / manifest.columns) * 28 + Math.floor(at / 28);
    out[i] = data[row * width + (digit % manifest.columns) * 28 + (at % 28)]!;
  }
  return out;
}

/** What the network reads, (784,). */
export function imageOf(asked: Asked): Uint8Array {
  const { rotate = 0, scale = 1, dx = 0, dy = 0, noise = 0, seed = 1 } = asked;
  const index = manifest.digits.indexOf(asked.digit ?? manifest.start);
  const base =
    asked.ink === undefined
      ? imagesOf('digits.png', manifest.digits.length).slice(index * PIXELS, (index + 1) * PIXELS)
      : renderInk(ink.decode(asked.ink)!, true);
  const moved = place(base, { rotate, scale, dx, dy });
  return noise === 0 ? toBytes(moved) : toBytes(moved, noise, normal(fold(key(seed), 'noise'), PIXELS));
}

export type Reference = Readonly<Record<string, number>>;

/** The page's numbers by their names, from the library in Node. */
export async function referenceOf(asked: Asked): Promise<Reference> {
  const { seed = 1, passes = 200, temperature = 5, epsilon = 0.0014 } = asked;
  const model = shippedModel();
  const image = { image: tensor('uint8', [1, 28, 28], imageOf(asked)) };
  const outputs = await predict(removeDropout(model), image, { workers: 0 });
  const logits = outputs['logits'] as Logits;
  const samples = await mcDropout(model, image, {
    samples: passes,
    key: fold(key(seed), 'mc-dropout'),
    workers: 0,
  });
  const summary = summariseSamples(samples);
  const step = { temperature, epsilon, deviation: 0.3081, input: 'pixels', workers: 0 };
  const values = {
    mcp: maximumClassProbability(logits)[0]!,
    'mcDropout.entropy': predictiveEntropy(summary)[0]!,
    'mcDropout.mutualInformation': mutualInformation(summary)[0]!,
    'mcDropout.variationRatio': variationRatio(summary)[0]!,
    confidnet: confidnetScore(outputs['confidence'] as Tensor<'float32'>)[0]!,
    odin: (await odin(model, image, step))[0]!,
  };
  const before = (await odin(model, image, { ...step, epsilon: 0 }))[0]!;
  const isStandard = temperature === 5 && epsilon === 0.0014;
  return {
    ...Object.fromEntries(Array.from(softmaxRows(logits), (p, k) => [`probability-${k}`, p])),
    ...Object.fromEntries(
      Object.entries(values)
        .filter(([name]) => isStandard || name !== 'odin')
        .map(([name, value]) => [`score-${name}`, value]),
    ),
    entropy: values['mcDropout.entropy'],
    'mutual-information': values['mcDropout.mutualInformation'],
    'variation-ratio': values['mcDropout.variationRatio'],
    confidnet: 1 - values.confidnet,
    'odin-before': 1 - before,
    'odin-after': 1 - values.odin,
    'odin-score': values.odin,
  };
}
