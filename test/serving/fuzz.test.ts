import { Buffer } from 'node:buffer';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeNpy } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import { problemSchema } from '#credence/serving/index';
import { startService } from '../../bench/serving/service.js';
import type { ServiceProcess } from '../../bench/serving/service.js';
import { features, smallTrust } from './models.js';

const MAX_BODY = 2 ** 20;
/**
 * Bytes that the process may grow by: 8 bodies of 1 MiB are held at a time, of which one is parsed, into
 * values of some ten times its size; the rest is room of V8's heap. Sixty bodies, or the gigabytes that some
 * of them claim, would not fit.
 */
const MOST_GROWTH = 120 * 2 ** 20;

let folder: string;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credence-fuzz-'));
  await writeFile(join(folder, 'm.trust.onnx'), encodeOnnx(await smallTrust()));
  service = await startService(join(folder, 'm.trust.onnx'), [
    '--max-body',
    `${MAX_BODY}`,
    '--timeout',
    '1000',
    '--threads',
    '1',
  ]);
}, 60_000);
afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await rm(folder, { recursive: true });
}, 60_000);

const url = (path: string): string => `http://127.0.0.1:${service.port}${path}`;

async function residentBytes(): Promise<number> {
  const text = await (await fetch(url('/metrics'))).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)![1]);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const json = 'application/json';
const npy = 'application/x-npy';
const raw = 'application/octet-stream';
const npyHeader = (shape: string): Uint8Array => {
  const bytes = encodeNpy(features(1));
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117).slice(0, 117);
  return Uint8Array.of(...bytes.subarray(0, 10), ...text(`${header}\n`), ...bytes.subarray(128));
};

/** Content type, body, other headers. */
type Hostile = readonly [string, Uint8Array, Record<string, string>?];

const HOSTILE: readonly Hostile[] = [
  [json, text('')],
  [json, text('{"inputs": [[1, 2, 3')],
  [json, text('['.repeat(MAX_BODY))],
  [json, text('{"inputs":'.repeat(50_000))],
  [json, text(`{"inputs":${'['.repeat(400_000)}${']'.repeat(400_000)}}`)],
  [json, text(`{"inputs":[${'[],'.repeat(300_000)}[]]}`)],
  [json, text(`{"inputs":[${'{},'.repeat(300_000)}{}]}`)],
  [json, text(`{"inputs":[[${'1,'.repeat(500_000)}1],[1]]}`)],
  [json, text(`{"inputs":[${'"0000000000",'.repeat(70_000)}1]}`)],
  [json, text('{"inputs": {"shape": [1e300, 4], "data": []}}')],
  [json, text('{"inputs": {"shape": [-1, -4], "data": [1, 2, 3, 4]}}')],
  [json, text('{"inputs": {"shape": [9007199254740991, 9007199254740991], "data": [1]}}')],
  [json, text('{"inputs": {"shape": [0, 4], "data": []}}')],
  [json, text('{"inputs": {"shape": [1, 4], "data": [1, 2, 3, "4"]}}')],
  [json, text('{"inputs": [[1e999, 1, 1, 1]]}')],
  [json, text('{"__proto__": {"inputs": [[1, 2, 3, 4]]}}')],
  [json, text('{"inputs": [[1, 2, 3, 4]], "inputs2": 1}')],
  [json, text(`"${'a'.repeat(900_000)}"`)],
  [json, Uint8Array.of(0xff, 0xfe, 0x00)],
  [json, encodeNpy(features(2))],
  [npy, text('{"inputs": [[1, 2, 3, 4]]}')],
  [npy, text('\x93NUMPY')],
  [npy, npyHeader('(99999999999999, 4)')],
  [npy, npyHeader('(-1, 4)')],
  [npy, npyHeader('(4294967296, 4294967296)')],
  [npy, npyHeader('(1, 5)')],
  [npy, npyHeader('((((1, 4')],
  [npy, new Uint8Array(MAX_BODY)],
  [raw, new Uint8Array(16)],
  [raw, new Uint8Array(16), { 'tensor-shape': '4' }],
  [raw, new Uint8Array(16), { 'tensor-shape': '-1,-4' }],
  [raw, new Uint8Array(16), { 'tensor-shape': '999999999999999,999999999999999' }],
  [raw, new Uint8Array(16), { 'tensor-shape': ','.repeat(5000) }],
  [raw, new Uint8Array(16).fill(0xff), { 'tensor-shape': '1,4' }],
  ['text/plain', text('{"inputs": [[1, 2, 3, 4]]}')],
  ['multipart/form-data; boundary=x', text('--x\r\n\r\n--x--')],
  ['application/json/../x', text('{}')],
  [json, text('{}'), { 'content-encoding': 'br' }],
  [json, new Uint8Array(MAX_BODY + 1)],
];

/** A hostile request is refused with a problem document that says why. */
async function refused([contentType, body, headers]: Hostile): Promise<void> {
  const response = await fetch(url('/v1/predict'), {
    method: 'POST',
    body: new Blob([new Uint8Array(body)]),
    headers: { 'content-type': contentType, ...headers },
  });
  const what = `${contentType} ${Buffer.from(body.subarray(0, 40)).toString('latin1')}`;
  const problem = problemSchema.parse(await response.json());
  expect(response.headers.get('content-type'), what).toBe('application/problem+json');
  expect([400, 413, 415, 422], what).toContain(response.status);
  expect(problem.detail.length, what).toBeLessThan(500);
}

async function isAlive(): Promise<void> {
  const headers = { 'content-type': json };
  const answer = await fetch(url('/v1/predict'), { method: 'POST', body: '{"inputs":[[1,2,3,4]]}', headers });
  expect(answer.status).toBe(200);
  await answer.text();
}

test('hostile bodies, one after the other and all at once: each is refused, memory stays bounded', async () => {
  await isAlive();
  const before = await residentBytes();
  for (const own of HOSTILE) await refused(own);
  // As many at a time as there is room for: the largest bodies would have 503 as an answer.
  const small = HOSTILE.filter(([, body]) => body.length < 1000);
  await Promise.all([...small, ...small, ...small].map(refused));
  await isAlive();
  expect((await residentBytes()) - before).toBeLessThan(MOST_GROWTH);
});

test('requests at random: a problem document, or an answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(json, npy, raw, '', 'x'),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json({ maxDepth: 4 }).map((value) => text(`{"inputs":${value}}`)),
      ),
      fc.constantFrom('1,4', '', '4,1', '1e3', '0'),
      async (contentType, body, shape) => {
        const headers = { ...(contentType !== '' && { 'content-type': contentType }), 'tensor-shape': shape };
        const init = { method: 'POST', body: new Blob([new Uint8Array(body)]), headers };
        const response = await fetch(url('/v1/predict'), init);
        if (response.status === 200) await response.text();
        else expect(problemSchema.parse(await response.json()).status).toBe(response.status);
        expect(response.status).toBeLessThan(500);
      },
    ),
    { numRuns: 300 },
  );
  await isAlive();
});

test('bytes that are no HTTP', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 300 }), requestLike),
      async (bytes) => {
        await new Promise<void>((resolve) => {
          const socket = connect(service.port, '127.0.0.1');
          socket.on('error', () => undefined).on('close', () => resolve());
          socket.resume().end(bytes);
        });
      },
    ),
    { numRuns: 200 },
  );
  await isAlive();
});

const requestLike: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'CONNECT', 'TRACE', 'OPTIONS', 'QUERY'),
    fc.constantFrom('/v1/predict', '*', 'http://x/', '/../..', '//', '/%', '/v1/predict?a=%ff'),
    fc.constantFrom(
      'host: x',
      'host: x\r\nhost: y',
      'upgrade: websocket\r\nconnection: upgrade\r\nhost: x',
      'a: b',
    ),
    fc.constantFrom(
      'content-length: 5',
      'transfer-encoding: chunked',
      'expect: 100-continue',
      'te: trailers',
    ),
    fc.string({ maxLength: 50 }),
  )
  .map(([method, path, first, second, body]) =>
    text(`${method} ${path} HTTP/1.1\r\n${first}\r\n${second}\r\n\r\n${body}`),
  );

test('bodies that are begun and never ended: those without room are sent away, the rest time out', async () => {
  const before = await residentBytes();
  const head = `POST /v1/predict HTTP/1.1\r\nhost: x\r\ncontent-type: ${json}\r\nconnection: close\r\ncontent-length: ${MAX_BODY}\r\n\r\n`;
  const piece = Buffer.alloc(MAX_BODY - 1000, 0x20);
  const answers = await Promise.all(
    Array.from(
      { length: 60 },
      () =>
        new Promise<string>((resolve) => {
          let answer = '';
          const socket = connect(service.port, '127.0.0.1', () => {
            socket.write(head);
            socket.write(piece);
          });
          socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
          socket.on('error', () => undefined).on('close', () => resolve(answer.slice(9, 12)));
        }),
    ),
  );
  const count = (status: string): number => answers.filter((own) => own === status).length;
  // A client that still sends may find its connection closed before it has read the answer.
  expect(answers.filter((own) => !['503', '408', ''].includes(own))).toEqual([]);
  expect(count('408')).toBeGreaterThan(0);
  expect(count('408')).toBeLessThanOrEqual(8);
  expect(count('503')).toBeGreaterThan(0);
  expect((await residentBytes()) - before).toBeLessThan(MOST_GROWTH);
  await isAlive();
});
