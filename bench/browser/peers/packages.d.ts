// What is used here of packages that are installed only when they are measured.
declare module '@tensorflow/tfjs-core' {
  export interface Tensor {
    readonly shape: number[];
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  export interface Variable extends Tensor {
    assign(value: Tensor): void;
  }
  export interface Optimizer {
    minimize(loss: () => Tensor, returnCost: true, variables: readonly Variable[]): Tensor | null;
    dispose(): void;
  }
  export const version_core: string;
  export const train: {
    adam(rate: number, beta1: number, beta2: number, epsilon: number): Optimizer;
  };
  export const losses: {
    softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor;
    sigmoidCrossEntropy(labels: Tensor, logits: Tensor): Tensor;
  };
  export function setBackend(name: string): Promise<boolean>;
  export function ready(): Promise<void>;
  export function getKernel(kernel: string, backend: string): unknown;
  export function tidy<T>(run: () => T): T;
  export function tensor(values: Float32Array, shape: readonly number[]): Tensor;
  export function variable(value: Tensor): Variable;
  export function conv2d(x: Tensor, filter: Tensor, strides: number, pad: 'valid'): Tensor;
  export function conv2dTranspose(
    x: Tensor,
    filter: Tensor,
    shape: readonly number[],
    strides: number,
    pad: 'valid',
  ): Tensor;
  export function maxPool(x: Tensor, size: number, strides: number, pad: 'valid'): Tensor;
  export function matMul(a: Tensor, b: Tensor): Tensor;
  export function add(a: Tensor, b: Tensor): Tensor;
  export function relu(x: Tensor): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function dropout(x: Tensor, rate: number): Tensor;
  export function reshape(x: Tensor, shape: readonly number[]): Tensor;
  export function transpose(x: Tensor, order: readonly number[]): Tensor;
  export type Save = (tensors: Tensor[]) => void;
  export function customGrad(
    run: (...inputs: [Tensor, Save]) => { value: Tensor; gradFunc: (dy: Tensor, saved: Tensor[]) => Tensor },
  ): (input: Tensor) => Tensor;
  export function customGrad(
    run: (...inputs: [Tensor, Tensor, Save]) => {
      value: Tensor;
      gradFunc: (dy: Tensor, saved: Tensor[]) => Tensor[];
    },
  ): (a: Tensor, b: Tensor) => Tensor;
}

declare module '@tensorflow/tfjs-backend-wasm' {
  export const version_wasm: string;
  export function setWasmPaths(paths: Readonly<Record<string, string>>): void;
  export function setThreadsCount(count: number): void;
  export function getThreadsCount(): number;
}

declare module '@tensorflow/tfjs-core/dist/register_all_gradients.js';
declare module '@tensorflow/tfjs-backend-cpu';
declare module '@tensorflow/tfjs-backend-webgl';

declare module '*.wasm?url' {
  const url: string;
  // oxlint-disable-next-line import/no-default-export -- vite's way
  export default url;
}

declare module '@jax-js/jax' {
  export interface Array {
    readonly ref: this;
    readonly shape: readonly number[];
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    neg(): Array;
    sum(axis?: number): Array;
    mean(): Array;
    reshape(shape: readonly number[]): Array;
    transpose(): Array;
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  export type Device = 'cpu' | 'wasm' | 'webgpu' | 'webgl';
  export type Tree = Readonly<Record<string, Array>>;
  export function init(...devices: Device[]): Promise<Device[]>;
  export function defaultDevice(device: Device): Device;
  export function jit<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R;
  export function valueAndGrad<A extends unknown[]>(
    run: (parameters: Tree, ...args: A) => Array,
  ): (parameters: Tree, ...args: A) => [Array, Tree];
  export function blockUntilReady(value: unknown): Promise<unknown>;
  export const tree: {
    ref<T>(value: T): T;
    dispose(value: unknown): void;
  };
  export const lax: {
    conv(x: Array, filter: Array, strides: readonly number[], padding: 'VALID'): Array;
    reduceWindow(
      x: Array,
      reduce: (window: Array) => Array,
      size: readonly number[],
      strides: readonly number[],
    ): Array;
  };
  export const nn: {
    relu(x: Array): Array;
    softmax(x: Array, axis: number): Array;
    logSoftmax(x: Array, axis: number): Array;
    softplus(x: Array): Array;
  };
  export const numpy: {
    array(
      values: Float32Array | Uint32Array,
      options?: { readonly shape?: readonly number[]; readonly dtype?: string },
    ): Array;
    zeros(shape: readonly number[]): Array;
    max(x: Array, axes?: readonly number[]): Array;
    matmul(a: Array, b: Array): Array;
    sqrt(x: Array): Array;
    where(condition: Array, a: Array | number, b: Array | number): Array;
  };
  export const random: {
    key(seed: number): Array;
    split(key: Array, count?: number): Array;
    bernoulli(key: Array, probability: number, shape: readonly number[]): Array;
  };
}
