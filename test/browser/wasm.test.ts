import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { bundleScenario } from './bundle.js';
import { computeNatively, expectSame } from './comparison.js';
import { STEPS } from './scenario.js';
import type { Computed, Given } from './scenario.js';

test('onnxruntime-web computes in Node what onnxruntime-node does', async () => {
  await using bundle = await bundleScenario();
  const url = pathToFileURL(join(bundle.folder, 'scenario.mjs')).href;
  const { compute } = (await import(url)) as { compute: (given: Given) => Promise<Computed> };
  const native = await computeNatively();
  expect(native.results.losses).toHaveLength(STEPS);
  expect(native.results.changedTypes).toEqual([]);
  expectSame(await compute(native.given), native);
});
