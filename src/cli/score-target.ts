import { once } from 'node:events';
import { extname } from 'node:path';
import { ConfigurationError } from '../errors/index.js';
import { fileError } from '../files/index.js';
import { encodeCsv, encodeNpz } from '../formats/index.js';
import { toReference } from '../graph/index.js';
import { shortestFloat32 } from '../serving/index.js';
import type { Tensor } from '../tensor/index.js';
import { isTensor, joinedColumn } from './score-columns.js';
import type { Column, Columns, ScoreTarget } from './score-columns.js';
import { openAtomicFile } from './score-file.js';
import { parquetTarget } from './score-parquet.js';

/** @throws ConfigurationError on a format that is not written. */
export function checkTarget(path: string): void {
  const extension = extname(path).toLowerCase();
  if (path === '-' || Object.hasOwn(TARGETS, extension)) return;
  throw new ConfigurationError({
    what: '--out',
    expected: `a ${Object.keys(TARGETS).join(', ')}, or - for CSV on stdout`,
    got: `'${path}'`,
  });
}

/**
 * CSV and Parquet are written as they come; the columns of a .npz are in memory until the end. What is in the
 * way is there before the first batch is computed. @throws FileError
 */
export async function openTarget(path: string): Promise<ScoreTarget> {
  const open = TARGETS[extname(path).toLowerCase()];
  return path === '-' || open === undefined ? stdoutTarget(process.stdout) : open(path);
}

const TARGETS: Readonly<Record<string, (path: string) => Promise<ScoreTarget>>> = {
  '.csv': csvTarget,
  '.parquet': parquetTarget,
  '.npz': npzTarget,
};

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
  const file = await openAtomicFile(path);
  const text = csvText();
  return {
    async write(columns) {
      await file.write(new TextEncoder().encode(text(columns)));
      return true;
    },
    finish: () => file.finish(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function npzTarget(path: string): Promise<ScoreTarget> {
  const file = await openAtomicFile(path);
  const batches: Columns[] = [];
  return {
    write: (columns) => Promise.resolve(batches.push(columns) > 0),
    async finish() {
      const arrays = Object.entries(batches[0] ?? {})
        // NumPy has no texts of any length; the numbers of the classes are there.
        .filter(([, value]) => isTensor(value))
        .map(([name]) => [name, joinedColumn(batches.map((columns) => columns[name] as Tensor))] as const);
      await file.write(encodeNpz(new Map(arrays)));
      await file.finish();
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
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

function cells(value: Column): ArrayLike<number | string> {
  if (!isTensor(value)) return value;
  const numbers = Array.from(toReference(value).data);
  if (value.dtype === 'bool') return numbers.map((number) => (number === 0 ? 'false' : 'true'));
  return value.dtype === 'float32' ? numbers.map(shortestFloat32) : numbers;
}
