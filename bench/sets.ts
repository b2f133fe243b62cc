import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultOodSet, loadImageSet, loadMnist } from '#credence/data/index';
import type { ImageSet, Split } from '#credence/data/index';
import { encodeIdx } from '#credence/formats/index';

/** Folders of IDX files, which both sides read. */
export interface SetFolders {
  readonly mnist: string;
  readonly ood: string;
}

export interface SetOptions {
  readonly data?: string | undefined;
  readonly ood?: string | undefined;
  readonly signal: AbortSignal;
}

export async function loadSets({
  data,
  ood,
  signal,
}: SetOptions): Promise<{ readonly mnist: ImageSet; readonly ood: ImageSet }> {
  const options = { data, signal };
  return {
    mnist: await loadMnist(options),
    ood: ood === undefined ? (await defaultOodSet(options)).set : await loadImageSet(ood, options),
  };
}

/** Writes MNIST and the out-of-distribution set in one form, wherever they were found. */
export async function writeSets(folder: string, options: SetOptions): Promise<SetFolders> {
  const { mnist, ood } = await loadSets(options);
  const folders = { mnist: join(folder, 'mnist'), ood: join(folder, 'ood') };
  if (mnist.train !== undefined) await writeSplit(folders.mnist, 'train', mnist.train);
  await writeSplit(folders.mnist, 't10k', mnist.test);
  await writeSplit(folders.ood, 't10k', ood.test);
  return folders;
}

async function writeSplit(folder: string, prefix: string, { images, labels }: Split): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${prefix}-images-idx3-ubyte`), encodeIdx(images));
  await writeFile(join(folder, `${prefix}-labels-idx1-ubyte`), encodeIdx(labels));
}
