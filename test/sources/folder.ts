import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Batch, DataSource } from '#credence/sources/index';

/** A folder with these files, gone after the test. */
export function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'credence-sources-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export async function batchesOf(source: DataSource, size: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of source.batches(size)) batches.push(batch);
  return batches;
}

/** Everything that a source has, as plain numbers. */
export async function contentOf(
  source: DataSource,
  size = 3,
): Promise<{ shape: readonly number[]; inputs: number[]; labels: number[] | undefined }> {
  const batches = await batchesOf(source, size);
  const inputs = batches.flatMap((batch) => [...batch.inputs.data]);
  const labels = source.labelled ? batches.flatMap((batch) => [...batch.labels!.data]) : undefined;
  return { shape: source.shape, inputs, labels };
}
