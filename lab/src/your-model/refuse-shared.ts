// In the worker: what is measured on must not be what was fitted or tuned on.
import { ConfigurationError } from 'credence/errors';
import type { GivenFile } from 'credence/sources';
import type { GivenData } from './model.js';

const CHUNK_BYTES = 1 << 20;

/** @throws ConfigurationError where two parts have the same files, byte by byte. */
export async function refuseShared({ validation, test, train, ood, tuneOod }: GivenData): Promise<void> {
  const parts = [
    ['the validation set', validation],
    ['the test set', test],
    ['the training set', train],
    ...[...ood, ...tuneOod].map(({ name, files }) => [`'${name}'`, files] as const),
  ] as const;
  for (const [i, [part, files]] of parts.entries()) {
    for (const [other, others] of parts.slice(0, i)) {
      if (files === undefined || others === undefined || !(await areSame(files, others))) continue;
      throw new ConfigurationError({
        what: part,
        expected: `another set than ${other}`,
        got: 'the same',
        hint: 'what is measured on must not be fitted or tuned on: split the set',
      });
    }
  }
}

/** In whatever order they were chosen. */
async function areSame(a: readonly GivenFile[], b: readonly GivenFile[]): Promise<boolean> {
  if (a.length !== b.length) return false;
  const sorted = (files: readonly GivenFile[]): Blob[] =>
    files.map(({ blob }) => blob).toSorted((x, y) => x.size - y.size);
  const [first, second] = [sorted(a), sorted(b)];
  if (first.some(({ size }, i) => size !== second[i]!.size)) return false;
  for (const [i, blob] of first.entries()) if (!(await hasSameBytes(blob, second[i]!))) return false;
  return true;
}

async function hasSameBytes(a: Blob, b: Blob): Promise<boolean> {
  for (let start = 0; start < a.size; start += CHUNK_BYTES) {
    const [one, two] = await Promise.all(
      [a, b].map(async (blob) => new Uint8Array(await blob.slice(start, start + CHUNK_BYTES).arrayBuffer())),
    );
    if (one!.some((byte, i) => byte !== two![i])) return false;
  }
  return true;
}
