export { FEATURES, LOGITS, MNIST_DEVIATION, MNIST_MEAN, mnistConvnet, PIXELS } from './convnet.js';
export { conv2d, dense, dropoutLayer } from './layers.js';
export type { LayerOptions } from './layers.js';
export { logistic } from './logistic.js';
export { mlp } from './mlp.js';
export type { MlpOptions } from './mlp.js';
