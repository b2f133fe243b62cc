import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeNpz, encodeNpy } from '#credence/formats/index';
import { readTrust, runRows } from '#credence/export/index';
import type { Graph } from '#credence/graph/index';
import { kolmogorovSmirnovTest } from '#credence/metrics/index';
import { openSession } from '#credence/runtime/index';
import type { Fetches } from '#credence/runtime/index';
import {
  modelSchema,
  predictRequestSchema,
  predictResponseSchema,
  problemSchema,
  stateSchema,
} from '#credence/serving/index';
import type { PredictResponse, Problem } from '#credence/serving/index';
import { serveModel } from '#credence/serving/node/index';
import type { ServeOptions, Service } from '#credence/serving/node/index';
import type { Tensor } from '#credence/tensor/index';
import { byteTrust, features, fixedTrust, namedTrust, tableTrust, smallTrust, THRESHOLD } from './models.js';

let graph: Graph;
let service: Service;
let expected: Fetches;
const inputs = features(7);
/** Fast to stop. */
const ANY: ServeOptions = { port: 0, grace: 10 };
const reference = { mcp: Float32Array.from({ length: 50 }, (_, i) => i / 50) };

beforeAll(async () => {
  graph = await smallTrust();
  service = await serveModel(graph, { ...ANY, reference });
  await using session = await openSession(graph);
  expected = await runRows(session, inputs, { where: 'test' });
}, 60_000);
afterAll(() => service.stop());

const nested = (value: Tensor<'float32'>): number[][] =>
  Array.from({ length: value.shape[0]! }, (_, i) => [...value.data.subarray(4 * i, 4 * i + 4)]);

function post(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  { url } = service,
): Promise<Response> {
  const content = typeof body === 'string' ? body : new Blob([new Uint8Array(body)]);
  const type = { 'content-type': 'application/json', ...headers };
  return fetch(`${url}/v1/predict`, { method: 'POST', body: content, headers: type });
}

const values = (name: string): number[] => [...(expected[name]!.data as Float32Array)];

/** A problem document with the status of its answer. */
async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemSchema.parse(await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  return problem;
}

describe('POST /v1/predict', () => {
  test('says of each input what the exported model says', async () => {
    const response = await post(JSON.stringify({ inputs: nested(inputs) }));
    expect(response.status).toBe(200);
    const { predictions } = predictResponseSchema.parse(await response.json());
    expect(predictions).toHaveLength(7);
    const { logits } = readTrust(graph).classifier;
    predictions.forEach((own, i) => {
      const row = values(logits).slice(3 * i, 3 * i + 3);
      expect(own.prediction).toBe(row.indexOf(Math.max(...row)));
      const probabilities = values('calibrated_probabilities').slice(3 * i, 3 * i + 3);
      // Decimals that give back the same float32.
      expect(own.probabilities.map((value) => Math.fround(value!))).toEqual(probabilities);
      expect(Math.fround(own.probability!)).toBe(Math.max(...probabilities));
      expect(Math.fround(own.scores['mcp']!)).toBe(values('score/mcp')[i]);
      expect(Math.fround(own.scores['energy']!)).toBe(values('score/energy')[i]);
      expect(own.accept).toBe(values('accept')[i] === 1);
      expect(own).not.toHaveProperty('class');
    });
    expect(new Set(predictions.map(({ accept }) => accept)).size).toBe(2);
  });

  test('is the same for every form of a tensor', async () => {
    const answers = await Promise.all([
      post(JSON.stringify({ inputs: nested(inputs) })),
      post(JSON.stringify({ inputs: { shape: [7, 4], data: [...inputs.data] } })),
      post(new Uint8Array(inputs.data.buffer.slice(0)), {
        'content-type': 'application/octet-stream',
        'tensor-shape': '7,4',
      }),
      post(encodeNpy(inputs), { 'content-type': 'application/x-npy' }),
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(texts).size).toBe(1);
  });

  test('answers with a .npz where that is accepted', async () => {
    const response = await post(JSON.stringify({ inputs: nested(inputs) }), { accept: 'application/x-npz' });
    expect(response.headers.get('content-type')).toBe('application/x-npz');
    const arrays = decodeNpz(new Uint8Array(await response.arrayBuffer()));
    expect([...arrays.keys()]).toEqual([
      'prediction',
      'probability',
      'probabilities',
      'mcp',
      'energy',
      'accept',
    ]);
    expect(arrays.get('probabilities')).toEqual(expected['calibrated_probabilities']);
    expect(arrays.get('energy')).toEqual(expected['score/energy']);
    expect(arrays.get('accept')).toEqual(expected['accept']);
  });

  test.each([
    ['*/*', 'application/json'],
    ['application/*;q=0.5', 'application/json'],
    ['application/json;q=0.2, application/x-npz;q=0.9', 'application/x-npz'],
    ['application/x-npz;q=0, */*', 'application/json'],
    ['text/html, application/json', 'application/json'],
  ])('accept: %s gives %s', async (accept, type) => {
    const response = await post('{"inputs":[[1,2,3,4]]}', { accept });
    expect(response.headers.get('content-type')).toBe(type);
    await response.arrayBuffer();
  });

  test('names the classes where the export does', async () => {
    await using named = await serveModel(await namedTrust(), ANY);
    const response = await post('{"inputs":[[1,2,3,4]]}', {}, named);
    const [own] = ((await response.json()) as PredictResponse).predictions;
    expect(own!.class).toBe(['cat', 'dog', 'owl'][own!.prediction]);
  });

  test('reads the type that the model reads', async () => {
    await using bytes = await serveModel(await byteTrust(), ANY);
    const image = (value: number): string =>
      JSON.stringify({ inputs: { shape: [1, 28, 28], data: Array.from({ length: 784 }, () => value) } });
    const response = await post(image(255), {}, bytes);
    expect(predictResponseSchema.parse(await response.json()).predictions[0]!.probabilities).toHaveLength(10);
    expect(await problemOf(await post(image(0.5), {}, bytes))).toMatchObject({
      status: 422,
      code: 'E_DATA',
    });
  });

  test('fills up the runs of a model that takes a fixed number of rows, and splits what is more', async () => {
    await using fixed = await serveModel(await fixedTrust(), ANY);
    const response = await post(JSON.stringify({ inputs: nested(inputs) }), {}, fixed);
    const { predictions } = predictResponseSchema.parse(await response.json());
    expect(predictions).toHaveLength(7);
    const energies = values('score/energy');
    // Kernels differ in the last bits between batches.
    predictions.forEach(({ scores }, i) => expect(scores['energy']).toBeCloseTo(energies[i]!, 5));
  });

  test('a request that the model fails on is an error of its own, and none of those that shared its run', async () => {
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    await using table = await serveModel(await tableTrust(), { ...ANY, maxDelay: 100, onFailure });
    const statuses = await Promise.all(
      [1, 99, 3].map(async (row) => {
        const response = await post(`{"inputs":[[${row},0,0,0]]}`, {}, table);
        if (response.status === 200) return (await response.text()).length > 0;
        return problemOf(response);
      }),
    );
    expect(statuses).toMatchObject([true, { status: 500, code: 'E_RUNTIME' }, true]);
    // ONNX Runtime's own words are for the log.
    expect(JSON.stringify(statuses)).not.toMatch(/gather/i);
    expect(failures.map(String)).toEqual([expect.stringMatching(/gather/i)]);
    expect((await post('{"inputs":[[2,0,0,0]]}', {}, table)).status).toBe(200);
  });

  test('does to the inputs what the export did, where it is asked to', async () => {
    const send = (path: string, value: number): Promise<Response> =>
      fetch(`${service.url}/v1/predict${path}`, {
        method: 'POST',
        body: JSON.stringify({ inputs: [[value, value, value, value]] }),
        headers: { 'content-type': 'application/json' },
      });
    // The export subtracted a mean of 1.
    const [prepared, plain, other] = await Promise.all([
      send('?preprocess=true', 3),
      send('?preprocess=false', 2),
      send('', 3),
    ]);
    const text = await prepared.text();
    expect(text).toBe(await plain.text());
    expect(text).not.toBe(await other.text());
    expect(await problemOf(await send('?preprocess=yes', 3))).toMatchObject({ status: 400 });
  });

  test('many requests at once share runs and keep their answers apart', async () => {
    const all = features(60, 9);
    await using session = await openSession(graph);
    const each = await runRows(session, all, { where: 'test' });
    const answers = await Promise.all(
      nested(all).map(async (row) => {
        const response = await post(JSON.stringify({ inputs: [row] }));
        return predictResponseSchema.parse(await response.json()).predictions[0]!;
      }),
    );
    const energies = each['score/energy']!.data as Float32Array;
    // Kernels differ in the last bits between batches: 4 products of numbers about 1.
    answers.forEach(({ scores }, i) => expect(scores['energy']).toBeCloseTo(energies[i]!, 5));
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const [, runs] = /credence_batch_rows_count (\d+)/.exec(text)!;
    const [, rows] = /credence_batch_rows_sum (\d+)/.exec(text)!;
    expect(Number(runs)).toBeLessThan(Number(rows));
  });
});

describe('what is wrong is a problem document', () => {
  test.each<[string, RequestInit & { path?: string }, number, string, RegExp]>([
    ['an unknown path', { path: '/v2' }, 404, 'E_REQUEST', /'\/v2'/],
    ['another method', { path: '/v1/predict' }, 405, 'E_REQUEST', /expected POST, got GET/],
    ['another method of a page', { path: '/healthz', method: 'DELETE' }, 405, 'E_REQUEST', /GET, HEAD/],
    ['no JSON', { method: 'POST', body: '{' }, 400, 'E_FORMAT', /JSON/],
    ['a wrong shape', { method: 'POST', body: '{"inputs":[[1]]}' }, 422, 'E_SHAPE', /got \(1, 1\)/],
    ['null', { method: 'POST', body: '{"inputs":[[1,2,3,null]]}' }, 422, 'E_DATA', /null/],
    ['no content type', { method: 'POST', body: new Blob(['{}']), headers: {} }, 415, 'E_REQUEST', /none/],
    [
      'a form',
      { method: 'POST', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'E_REQUEST',
      /form/,
    ],
    [
      'a compressed body',
      {
        method: 'POST',
        body: '{}',
        headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      },
      415,
      'E_REQUEST',
      /content-encoding/,
    ],
    [
      'an answer that is not there',
      { method: 'POST', body: '{}', headers: { accept: 'image/png', 'content-type': 'application/json' } },
      406,
      'E_REQUEST',
      /image\/png/,
    ],
  ])('%s', async (_, { path = '/v1/predict', ...init }, status, code, message) => {
    const headers = init.headers ?? { 'content-type': 'application/json' };
    const response = await fetch(`${service.url}${path}`, { ...init, headers });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status, code });
    expect(problem.detail).toMatch(message);
    expect(response.headers.has('allow')).toBe(status === 405);
  });

  test('a body that is too large, whether its size is known before or not', async () => {
    await using small = await serveModel(graph, { ...ANY, maxBody: 1000 });
    const body = 'x'.repeat(2000);
    expect(await problemOf(await post(body, {}, small))).toMatchObject({ status: 413 });
    const chunks = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(body)),
    });
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: chunks,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    };
    const answer = await fetch(`${small.url}/v1/predict`, init).catch((error: unknown) => error);
    // A client that goes on sending may see its connection end before it reads the answer.
    if (answer instanceof Response) expect((await problemOf(answer)).status).toBe(413);
    const text = await (await fetch(`${small.url}/metrics`)).text();
    expect(text).toContain('credence_requests_total{route="/v1/predict",status="413"} 2');
  });

  test('more examples than the service takes', async () => {
    await using small = await serveModel(graph, { ...ANY, maxQueue: 3 });
    const response = await post(JSON.stringify({ inputs: nested(inputs) }), {}, small);
    expect(await problemOf(response)).toMatchObject({
      status: 413,
      hint: expect.stringMatching(/several/) as string,
    });
  });

  test('an answer that takes too long', async () => {
    await using slow = await serveModel(graph, { ...ANY, maxDelay: 60_000, timeout: 50 });
    const response = await post('{"inputs":[[1,2,3,4]]}', {}, slow);
    expect(await problemOf(response)).toMatchObject({ status: 504, code: 'E_TIMEOUT' });
  });

  test('a queue that is full', async () => {
    await using slow = await serveModel(graph, { ...ANY, maxDelay: 60_000, timeout: 300, maxQueue: 2 });
    const waiting = post('{"inputs":[[1,2,3,4],[1,2,3,4]]}', {}, slow);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const response = await post('{"inputs":[[1,2,3,4]]}', {}, slow);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'E_OVERLOADED' });
    expect((await waiting).status).toBe(504);
  });
});

/** What the service writes to a connection until it ends it. */
function exchange(port: number, ...pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    for (const piece of pieces) socket.write(piece);
  });
}

describe('what is not quite HTTP', () => {
  const head = 'POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a header without end', `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`, 431],
    ['a negative length', `${head}content-length: -1\r\n\r\n`, 400],
    ['two lengths', `${head}content-length: 1\r\ncontent-length: 2\r\n\r\n`, 400],
    ['a chunk that is none', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['a host that is none', 'GET /healthz HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n', 400],
    ['a path that is none', 'GET /%zz/\\ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
  ])('%s', async (_, text, status) => {
    expect(await exchange(service.port, text)).toMatch(new RegExp(`HTTP/1.1 ${status} `));
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  });

  test('a body that never comes', async () => {
    await using slow = await serveModel(graph, { ...ANY, timeout: 100 });
    const answer = await exchange(slow.port, `${head}content-length: 100\r\nconnection: close\r\n\r\n{`);
    expect(answer).toMatch(/HTTP\/1.1 408 .*"code":"E_TIMEOUT"/s);
  });

  test('a client that leaves', async () => {
    await using slow = await serveModel(graph, { ...ANY, maxDelay: 300 });
    const controller = new AbortController();
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const request = fetch(`${slow.url}/v1/predict`, {
      ...init,
      body: '{"inputs":[[1,2,3,4]]}',
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 100);
    await expect(request).rejects.toThrow();
    await expect
      .poll(async () => (await fetch(`${slow.url}/metrics`)).text())
      .toMatch(/credence_requests_total\{route="\/v1\/predict",status="499"\} 1[^]*credence_queue_rows 0/);
  });

  test('a client that asks before it sends', async () => {
    const body = '{"inputs":[[1,2,3,4]]}';
    const answer = await exchange(
      service.port,
      `${head}expect: 100-continue\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`,
      body,
    );
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
    const refused = await exchange(
      service.port,
      `${head}expect: 100-continue\r\nconnection: close\r\ncontent-length: 99999999\r\n\r\n`,
    );
    expect(refused).toMatch(/^HTTP\/1.1 413/);
  });
});

describe('about the service', () => {
  const get = async (path: string): Promise<unknown> => (await fetch(`${service.url}${path}`)).json();

  test('what was fitted, on what, and how to read it', async () => {
    const model = modelSchema.parse(await get('/v1/model'));
    expect(model).toMatchObject({
      input: { dtype: 'float32', shape: [expect.any(String), 4], preprocess: { mean: 1 } },
      exported: '2026-01-02T03:04:05Z',
      data: [{ role: 'validation', name: 'noise', examples: 200 }],
      limits: { maxBatch: 64, maxExamples: 1024, maxBody: 16_777_216, timeout: 10_000 },
    });
    expect(model.outputs.map(({ field }) => field)).toEqual([
      'probabilities',
      'scores.mcp',
      'scores.energy',
      'accept',
    ]);
    expect(model.outputs.at(-1)).toMatchObject({ score: 'mcp', threshold: THRESHOLD });
  });

  test('an OpenAPI description, whose references lead somewhere', async () => {
    const document = (await get('/openapi.json')) as {
      openapi: string;
      paths: Record<
        string,
        Record<string, { requestBody?: { content: Record<string, { example?: unknown }> } }>
      >;
      components: { schemas: Record<string, unknown> };
    };
    expect(document.openapi).toBe('3.1.0');
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
    for (const [path, methods] of Object.entries(document.paths)) {
      const method = Object.keys(methods)[0]!;
      const response = await fetch(`${service.url}${path}`, { method: method.toUpperCase() });
      expect([404, 405]).not.toContain(response.status);
      await response.arrayBuffer();
    }
    // The example is a request that is answered.
    const example = document.paths['/v1/predict']!['post']!.requestBody!.content['application/json']!.example;
    expect(() => predictRequestSchema.parse(example)).not.toThrow();
    expect((await post(JSON.stringify(example))).status).toBe(200);
  });

  test('metrics: requests, latencies, batches, predictions, abstentions, drift', async () => {
    await using own = await serveModel(graph, { ...ANY, reference, threads: 2 });
    const response = await post(JSON.stringify({ inputs: nested(inputs) }), {}, own);
    const { predictions } = predictResponseSchema.parse(await response.json());
    await (await post('{', {}, own)).text();
    const answer = await fetch(`${own.url}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await answer.text();
    const metric = (name: string): number => {
      const line = text.split('\n').find((own) => own.startsWith(`${name} `));
      return Number(line?.split(' ')[1]);
    };
    expect(metric('credence_requests_total{route="/v1/predict",status="200"}')).toBe(1);
    expect(metric('credence_requests_total{route="/v1/predict",status="400"}')).toBe(1);
    expect(metric('credence_request_duration_seconds_count{route="/v1/predict"}')).toBe(2);
    expect(metric('credence_batch_rows_sum')).toBe(7);
    expect(metric('credence_queue_rows')).toBe(0);
    const count = (k: number): number => predictions.filter((row) => row.prediction === k).length;
    const common = predictions[0]!.prediction;
    expect(metric(`credence_predictions_total{class="${common}"}`)).toBe(count(common));
    expect(metric('credence_abstentions_total')).toBe(
      predictions.filter(({ accept }) => accept === false).length,
    );
    const { statistic, pValue } = kolmogorovSmirnovTest(values('score/mcp'), reference.mcp);
    expect(metric('credence_score_drift_statistic{score="mcp"}')).toBe(statistic);
    expect(metric('credence_score_drift_p_value{score="mcp"}')).toBe(pValue);
    expect(metric('credence_score_drift_window{score="mcp"}')).toBe(7);
    expect(text).toContain('process_resident_memory_bytes');
  });

  test('lives, and is ready', async () => {
    for (const [path, status] of [
      ['/healthz', 'live'],
      ['/readyz', 'ready'],
    ] as const)
      expect(stateSchema.parse(await get(path))).toEqual({ status });
    const head = await fetch(`${service.url}/healthz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});

describe('a stop', () => {
  const options: ServeOptions = { port: 0, maxDelay: 400 };

  test('answers what was accepted, is not ready meanwhile, and takes no new connection', async () => {
    const own = await serveModel(graph, options);
    const agentless = { headers: { 'content-type': 'application/json' }, method: 'POST' };
    const request = fetch(`${own.url}/v1/predict`, { ...agentless, body: '{"inputs":[[1,2,3,4]]}' });
    // On a connection that is there already.
    const idle = connect(own.port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = own.stop();
    idle.write('GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n');
    const text = await new Promise<string>((resolve) => idle.once('data', (data) => resolve(String(data))));
    expect(text).toMatch(/^HTTP\/1.1 503 [^]*connection: close[^]*\{"status":"draining"\}/i);
    await expect(fetch(`${own.url}/healthz`)).rejects.toThrow();
    const response = await request;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    expect(((await response.json()) as PredictResponse).predictions).toHaveLength(1);
    await stopped;
    await own.stop();
  });

  test('does not wait for connections that say nothing', async () => {
    const own = await serveModel(graph, options);
    const silent = connect(own.port, '127.0.0.1');
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    const started = performance.now();
    await own.stop();
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
