import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeOnnx } from '#credence/graph/index';
import { load } from '../../bench/serving/load.js';
import { startService } from '../../bench/serving/service.js';
import { smallTrust } from './models.js';

// Each test holds a service under load for a second.

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credence-load-'));
  model = join(folder, 'm.trust.onnx');
  await writeFile(model, encodeOnnx(await smallTrust()));
});
afterAll(() => rm(folder, { recursive: true }));

const body = new TextEncoder().encode('{"inputs": [[0.1, 0.2, 0.3, 0.4], [1, 2, 3, 4]]}');
const request = { body, contentType: 'application/json', clients: 32 };
/** Both rows, each with all classes. */
const isRight = (text: string): boolean =>
  text.match(/"probabilities":\[[^,\]]+,[^,\]]+,[^,\]]+\]/g)?.length === 2;

test('SIGTERM under load: every request that was accepted is answered, and the exit code is 0', async () => {
  await using service = await startService(model, ['--threads', '2', '--max-batch', '16']);
  const loaded = load({ ...request, port: service.port, isRight, signal: new AbortController().signal });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await service.stop()).toBe(0);
  const report = await loaded;
  expect(report.latencies.length).toBeGreaterThan(32);
  expect(report).toMatchObject({ failed: {}, lost: 0, closed: 32 });
});

test('SIGTERM when clients have only just connected: those that wait to be accepted are answered too', async () => {
  await using service = await startService(model, ['--threads', '1']);
  const unending = new AbortController().signal;
  const loaded = load({ ...request, clients: 100, port: service.port, isRight, signal: unending });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await service.stop()).toBe(0);
  const report = await loaded;
  expect(report.latencies.length).toBeGreaterThanOrEqual(100);
  expect(report).toMatchObject({ failed: {}, lost: 0, closed: 100 });
});

test('more load than the queue holds: some are told to come again, the others are answered', async () => {
  await using service = await startService(model, ['--max-queue', '4', '--max-batch', '2', '--threads', '1']);
  const report = await load({ ...request, port: service.port, isRight, signal: AbortSignal.timeout(1000) });
  expect(report.latencies.length).toBeGreaterThan(0);
  expect(Object.keys(report.failed)).toEqual(['503']);
  expect(report.lost).toBe(0);
  expect(await service.stop()).toBe(0);
});
