import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CredenceError } from '#credence/errors/index';
import { openFiles } from '#credence/sources/index';
import type { DataSource } from '#credence/sources/index';
import { openSource } from '#credence/sources/node/index';
import { folderOf } from './folder.js';

/** Of Thrift's compact protocol: a number is an i32, a bigint an i64, an object a struct by field number. */
type Thrift = number | bigint | string | readonly Thrift[] | { readonly [field: number]: Thrift | undefined };

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}

const zigzag = (value: bigint): number[] => varint(value < 0n ? -2n * value - 1n : 2n * value);

function kindOf(value: Thrift): number {
  if (typeof value === 'number') return 5;
  if (typeof value === 'bigint') return 6;
  if (typeof value === 'string') return 8;
  return Array.isArray(value) ? 9 : 12;
}

function encode(value: Thrift): number[] {
  if (typeof value === 'number' || typeof value === 'bigint') return zigzag(BigInt(value));
  if (typeof value === 'string') return [...varint(BigInt(value.length)), ...Buffer.from(value, 'latin1')];
  if (Array.isArray(value)) {
    const items = value as readonly Thrift[];
    return [(items.length << 4) | kindOf(items[0]!), ...items.flatMap(encode)];
  }
  let last = 0;
  const fields = Object.entries(value as Readonly<Record<string, Thrift | undefined>>).flatMap(
    ([name, own]) => {
      if (own === undefined) return [];
      const header = ((Number(name) - last) << 4) | kindOf(own);
      last = Number(name);
      return [header, ...encode(own)];
    },
  );
  return [...fields, 0];
}

interface Claims {
  readonly name?: string | undefined;
  /** Values of the page. */
  readonly values?: number;
  /** The header of the run of nulls: twice their number, or one more for bits in eights. */
  readonly run?: bigint;
  readonly rows?: number;
  readonly offset?: bigint | undefined;
  readonly size?: bigint | undefined;
  readonly dictionary?: number;
}

/** A Parquet file of one column of nulls (optional int32), in which these numbers stand. */
function parquet(claims: Claims): Uint8Array {
  const { values = 8, rows = 8, dictionary } = claims;
  const run = [...varint(claims.run ?? BigInt(2 * Math.max(0, values))), 0];
  const levels = [run.length, 0, 0, 0, ...run];
  const page = [
    ...encode({ 1: 0, 2: levels.length, 3: levels.length, 5: { 1: values, 2: 0, 3: 3, 4: 3 } }),
    ...levels,
  ];
  const first = dictionary === undefined ? [] : encode({ 1: 2, 2: 0, 3: 0, 7: { 1: dictionary, 2: 0 } });
  const chunk = [...first, ...page];
  const given = <T>(key: keyof Claims, value: T, fallback: T): T => (key in claims ? value : fallback);
  const column = {
    1: 1,
    2: [0],
    3: ['a'],
    4: 0,
    5: BigInt(values),
    6: BigInt(chunk.length),
    7: given('size', claims.size, BigInt(chunk.length)),
    9: given('offset', claims.offset, 4n),
    11: dictionary === undefined ? undefined : 4n,
  };
  const metadata = encode({
    1: 2,
    2: [
      { 4: 'root', 5: 1 },
      { 1: 1, 3: 1, 4: given('name', claims.name, 'a') },
    ],
    3: BigInt(rows),
    4: [{ 1: [{ 2: 4n, 3: column }], 2: BigInt(chunk.length), 3: BigInt(rows) }],
  });
  const magic = [...Buffer.from('PAR1')];
  const length = [metadata.length & 255, metadata.length >> 8, 0, 0];
  return Uint8Array.from([...magic, ...chunk, ...metadata, ...length, ...magic]);
}

describe('a Parquet file that claims what it has not is refused, from the disk and in a page', () => {
  test.each<[string, Claims, RegExp]>([
    ['nothing amiss but its nulls', {}, /a missing value.*row 0, column 'a'/],
    ['a page of 2^30 values in a row group of 8', { values: 2 ** 30 }, /pages of other than 8 values/],
    ['a page of a negative number of values', { values: -1 }, /pages of other than 8 values/],
    ['a dictionary of 2^31 - 1 values', { dictionary: 2 ** 31 - 1 }, /pages of other than 8 values/],
    [
      'a run of 2^31 - 1 nulls in a page of 8',
      { run: 2n ** 32n - 2n },
      /runs of more than a page's 8 values/,
    ],
    [
      'packed bits of 2^27 nulls in a page of 8',
      { run: 2n ** 25n + 1n },
      /runs of more than a page's 8 values/,
    ],
    ['a row group of 2^30 rows', { values: 2 ** 30, rows: 2 ** 30 }, /row groups of at most 16777216 rows/],
    ['fewer values than rows', { rows: 9 }, /8 values of 'a' in rows 0 to 9/],
    ['a column without a name', { name: undefined }, /a column without a name/],
    ['a column without a place', { offset: undefined, size: undefined }, /Parquet file/],
    ['a column beyond the end', { offset: 2n ** 40n }, /bytes 1099511627776 to/],
    ['a column of 2^50 bytes', { size: 2n ** 50n }, /bytes 4 to 1125899906842628/],
    ['a column of a negative size', { size: -3n }, /bytes 4 to 1 of/],
  ])('%s', async (_, claims, message) => {
    const bytes = parquet(claims);
    const path = join(folderOf({ 'x.parquet': bytes }), 'x.parquet');
    const opened: readonly (() => Promise<DataSource>)[] = [
      () => openSource(path, { labels: false }),
      () => openFiles([{ path: 'x.parquet', blob: new Blob([bytes.slice()]) }], { labels: false }),
    ];
    for (const open of opened) {
      const error: unknown = await read(open).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CredenceError);
      expect(String(error)).toMatch(message);
    }
  });
});

async function read(open: () => Promise<DataSource>): Promise<void> {
  for await (const { inputs } of (await open()).batches(4)) expect(inputs.shape[0]).toBeGreaterThan(0);
}
