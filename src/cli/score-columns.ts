import { arrayOf, tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';

/** (n): numbers, or the names of classes. */
export type Column = Tensor | readonly string[];

/** Columns of rows that belong together, each (n). */
export type Columns = Readonly<Record<string, Column>>;

/** Where scores are written, batch by batch. What is not finished leaves nothing behind. */
export interface ScoreTarget extends AsyncDisposable {
  /** Whether anybody wants more. @throws FileError */
  write(columns: Columns): Promise<boolean>;
  /** @throws FileError */
  finish(): Promise<void>;
}

export function isTensor(column: Column): column is Tensor {
  return 'dtype' in column;
}

/** Pieces of one column, in their order. */
export function joinedColumn(pieces: readonly Tensor[]): Tensor {
  const { dtype } = pieces[0]!;
  const data = new (arrayOf(dtype))(pieces.reduce((sum, piece) => sum + piece.data.length, 0));
  let at = 0;
  for (const piece of pieces) {
    (data as Float32Array).set(piece.data as Float32Array, at);
    at += piece.data.length;
  }
  return tensor(dtype, [data.length], data);
}
