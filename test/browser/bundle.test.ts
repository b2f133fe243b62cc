import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeModulesOf } from './bundle.js';

/** What a page may use: all that needs no files. */
const forPages = [
  'assessment/index',
  'calibration/index',
  'data/toy',
  'dropout/index',
  'errors/index',
  'export/index',
  'formats/index',
  'graph/index',
  'inspection/index',
  'laplace/index',
  'linalg/index',
  'linear/index',
  'metrics/index',
  'models/index',
  'random/index',
  'runtime/index',
  'scores/index',
  'selection/index',
  'sources/index',
  'tensor/index',
  'training/index',
  'variational/index',
];

test.each(forPages)('%s draws nothing of Node into a page', async (module) => {
  expect(await nodeModulesOf(module)).toEqual([]);
});

// So that the test above is known to see them.
test('data/index does: it reads files', async () => {
  expect((await nodeModulesOf('data/index')).join()).toContain('node:fs');
});

test('the package chooses the runtime by condition', () => {
  const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    imports: Record<string, Record<string, string>>;
  };
  expect(imports['#onnxruntime']).toEqual({
    node: './dist/runtime/onnxruntime.node.js',
    default: './dist/runtime/onnxruntime.web.js',
  });
});
