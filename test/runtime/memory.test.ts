import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { gather, GraphBuilder, parametersOf } from '#credence/graph/index';
import { mnistConvnet } from '#credence/models/convnet';
import { key } from '#credence/random/index';
import { openSession } from '#credence/runtime/index';
import { tensor, zeros } from '#credence/tensor/index';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Resident bytes gained while `work` was done `times` times, after it was done often enough for pools to have filled. */
async function growth(times: number, warmUp: number, work: () => Promise<void>): Promise<number> {
  for (let i = 0; i < warmUp; i++) await work();
  collect();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < times; i++) await work();
  collect();
  return process.memoryUsage.rss() - before;
}

function report(what: string, grown: number, bound: number): void {
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  process.stdout.write(`${what}: resident memory grew by ${megabytes(grown)}, bound ${megabytes(bound)}\n`);
}

test('1,000 sessions opened, run and closed leave no memory behind', async () => {
  const graph = mnistConvnet(key(1));
  const image = zeros('uint8', [8, 28, 28]);
  const grown = await growth(900, 100, async () => {
    await using session = await openSession(graph);
    await session.run({ image });
  });
  // A session that leaked would leave at least its weights, 262 kB, and its work space. An eighth of the weights allows for the
  // fragments of the allocator and for nothing that grows with a session.
  const weights = [...parametersOf(graph).values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const bound = (900 * weights) / 8;
  report('900 sessions', grown, bound);
  expect(grown).toBeLessThan(bound);
}, 60_000);

test('runs, and runs that fail, leave no memory behind', async () => {
  const builder = new GraphBuilder('lookup');
  const table = builder.input('table', 'float32', [1 << 18]);
  const graph = builder.build({ y: gather(table, builder.input('pick', 'int64', ['N'])) });
  await using session = await openSession(graph);
  const [within, outside] = [0n, 1n << 20n].map((i) =>
    tensor('int64', [1 << 16], new BigInt64Array(1 << 16).fill(i)),
  );
  let failed = 0;
  const grown = await growth(400, 40, async () => {
    const fresh = { table: zeros('float32', [1 << 18]) };
    await session.run({ ...fresh, pick: within! });
    await session.run({ ...fresh, pick: outside! }).catch(() => failed++);
  });
  // Each round feeds 1 MiB of its own and receives 256 KiB: kept, they would make 500 MiB. A tenth is left to the collector.
  const bound = (400 * 1.25 * 2 ** 20) / 10;
  report('400 runs and 400 failed ones', grown, bound);
  expect(failed).toBe(440);
  expect(grown).toBeLessThan(bound);
}, 60_000);
