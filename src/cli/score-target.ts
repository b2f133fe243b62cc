import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { ConfigurationError } from '../errors/index.js';
import { fileError, makeFolder, writeFileAtomic } from '../files/index.js';
import { encodeCsv, encodeNpz } from '../formats/index.js';
import { toReference } from '../graph/index.js';
import type { Tensor } from '../tensor/index.js';

/** Columns of rows that belong together, each (n). */
export type Columns = Readonly<Record<string, Tensor>>;

/** Where scores are written, batch by batch. What is not finished leaves nothing behind. */
export interface ScoreTarget extends AsyncDisposable {
  /** Whether anybody wants more. @throws FileError */
  write(columns: Columns): Promise<boolean>;
  finish(): Promise<void>;
}

/** @throws ConfigurationError on a format that is not written. */
export function checkTarget(path: string): void {
  const extension = extname(path).toLowerCase();
  if (path === '-' || extension === '.csv' || extension === '.npz') return;
  throw new ConfigurationError({
    what: '--out',
    expected: 'a .csv or .npz, or - for CSV on stdout',
    got: `'${path}'`,
    ...(extension === '.parquet' && { hint: 'Parquet is read but not written yet' }),
  });
}

/** A CSV is written as it comes; the columns of a .npz are in memory until the end. */
export async function openTarget(path: string): Promise<ScoreTarget> {
  if (path === '-') return stdoutTarget(process.stdout);
  return extname(path).toLowerCase() === '.npz' ? npzTarget(path) : csvTarget(path);
}

function stdoutTarget(stream: NodeJS.WriteStream): ScoreTarget {
  const text = csvText();
  return {
    async write(columns) {
      if (stream.writable && !stream.write(text(columns))) {
        // An error ends the waiting too: it is looked at below.
        await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined);
      }
      const { errored } = stream;
      // Whoever reads stdout may have had enough of it.
      if (errored !== null && !('code' in errored && errored.code === 'EPIPE')) {
        throw await fileError(errored, 'stdout', 'write');
      }
      return stream.writable;
    },
    finish: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function csvTarget(path: string): Promise<ScoreTarget> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 50)}.${randomUUID()}.tmp`);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw await fileError(error, path, 'write');
    }
  };
  const file = await guarded(async () => {
    await makeFolder(folder);
    return open(temporary, 'wx');
  });
  const text = csvText();
  let [isClosed, isFinished] = [false, false];
  return {
    write: (columns) => guarded(() => file.writeFile(text(columns)).then(() => true)),
    finish: () =>
      guarded(async () => {
        await file.sync();
        await file.close();
        isClosed = true;
        await rename(temporary, path);
        isFinished = true;
      }),
    async [Symbol.asyncDispose]() {
      if (!isClosed) await file.close();
      if (!isFinished) await rm(temporary, { force: true });
    },
  };
}

function npzTarget(path: string): ScoreTarget {
  const batches: Columns[] = [];
  return {
    write: (columns) => Promise.resolve(batches.push(columns) > 0),
    finish: () => {
      const names = Object.keys(batches[0] ?? {});
      const arrays = names.map((name) => [name, joined(batches.map((columns) => columns[name]!))] as const);
      return writeFileAtomic(path, encodeNpz(new Map(arrays)));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The rows as CSV; the first call's text begins with the names. */
function csvText(): (columns: Columns) => string {
  let isFirst = true;
  return (columns) => {
    const text = encodeCsv(
      Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, cells(value)])),
    );
    // Names of columns have no line ends.
    const start = isFirst ? 0 : text.indexOf('\n') + 1;
    isFirst = false;
    return text.slice(start);
  };
}

function cells(value: Tensor): ArrayLike<number | string> {
  const numbers = Array.from(toReference(value).data);
  if (value.dtype === 'bool') return numbers.map((number) => (number === 0 ? 'false' : 'true'));
  return value.dtype === 'float32' ? numbers.map(shortest) : numbers;
}

/** The shortest decimals that are this float32 and no other. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

function joined(pieces: readonly Tensor[]): Tensor {
  const { dtype } = pieces[0]!;
  const rows = pieces.reduce((sum, { data }) => sum + data.length, 0);
  const data =
    dtype === 'int32'
      ? new Int32Array(rows)
      : dtype === 'bool'
        ? new Uint8Array(rows)
        : new Float32Array(rows);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece.data as Float32Array, at);
    at += piece.data.length;
  }
  return { dtype, shape: [rows], data };
}
