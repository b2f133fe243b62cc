import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeNpz } from '#credence/formats/index';
import type { Tensor } from '#credence/tensor/index';

/** Models that PyTorch exported, by the name of the arrays that belong to them: see test/fixtures/export_models.py. */
export const MODELS = {
  convnet: 'convnet',
  residual: 'residual',
  'residual-folded': 'residual',
  separable: 'separable',
  mlp: 'mlp',
  transformer: 'transformer',
  'transformer-17': 'transformer',
} as const;
export type ModelName = keyof typeof MODELS;

export function modelPath(name: ModelName): string {
  return fileURLToPath(new URL(`../fixtures/models/${name}.onnx`, import.meta.url));
}

/** What PyTorch computed. */
export function arraysOf(name: ModelName): ReadonlyMap<string, Tensor> {
  const path = new URL(`../fixtures/models/${MODELS[name]}.npz`, import.meta.url);
  return decodeNpz(new Uint8Array(readFileSync(path)));
}
