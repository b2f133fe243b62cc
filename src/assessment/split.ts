import { permutation } from '../random/index.js';
import type { Key } from '../random/index.js';
import { countOf, subset } from '../sources/index.js';
import type { DataSource } from '../sources/index.js';

/** Two halves of n examples, drawn by the key, each in ascending order; the second has one more of an odd n. */
export function halves(key: Key, n: number): readonly [Uint32Array, Uint32Array] {
  return parts(permutation(key, n), n >> 1);
}

/** `size` of these rows, drawn by the key, and the others; each in ascending order. */
export function draw(key: Key, rows: Uint32Array, size: number): readonly [Uint32Array, Uint32Array] {
  const order = permutation(key, rows.length).map((place) => rows[place]!);
  return parts(order, Math.min(size, rows.length));
}

/** At most `size` examples of a source, drawn by the key. */
export async function sampleOf(
  source: DataSource,
  size: number,
  { key, signal }: { readonly key: Key; readonly signal: AbortSignal | undefined },
): Promise<DataSource> {
  const count = await countOf(source, { signal });
  if (count <= size) return source;
  return subset(
    source,
    draw(
      key,
      Uint32Array.from({ length: count }, (_, i) => i),
      size,
    )[0],
  );
}

function parts(order: Uint32Array, cut: number): readonly [Uint32Array, Uint32Array] {
  return [order.slice(0, cut).sort(), order.slice(cut).sort()];
}
