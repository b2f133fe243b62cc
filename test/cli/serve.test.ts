import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { trustGraph } from '#credence/export/index';
import { encodeOnnx } from '#credence/graph/index';
import { inspectClassifier } from '#credence/inspection/index';
import { mlp } from '#credence/models/mlp';
import { key } from '#credence/random/index';
import { fitScore, mcp } from '#credence/scores/index';
import { smallTrust } from '../serving/models.js';
import { credence, temporaryFolder } from './command.js';
import type { Outcome } from './command.js';
import { endlessClassifier } from './endless-model.js';
import { runCommand } from './in-process.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const model = at('m.trust.onnx');

beforeAll(async () => {
  writeFileSync(model, encodeOnnx(await smallTrust()));
  writeFileSync(at('plain.onnx'), encodeOnnx(mlp({ inputs: 4, outputs: 3, key: key(1) })));
  writeFileSync(at('scores.csv'), 'prediction,mcp,energy\r\n1,0.25,-1\r\n2,0.5,-2\r\n0,0.75,-3\r\n');
  writeFileSync(at('other.csv'), 'prediction,knn\r\n1,0.25\r\n2,0.5\r\n');
});

/** The command until it listens; then what `then` does, and SIGTERM. */
async function serve(
  args: readonly string[],
  then: (url: string) => Promise<void> = () => Promise.resolve(),
  imports: readonly string[] = [],
  path: string = model,
): Promise<Outcome & { readonly failure: unknown }> {
  let started = false;
  let failure: unknown;
  const outcome = await credence(['serve', path, '--port', '0', ...args], {
    imports,
    onStderr(stderr, child) {
      const url = /http:\/\/\S+?:\d+/.exec(stderr)?.[0];
      if (started || url === undefined || !stderr.includes('\n')) return;
      started = true;
      void then(url)
        .catch((error: unknown) => (failure = error))
        .finally(() => child.kill('SIGTERM'));
    },
  });
  return { ...outcome, failure };
}

describe('credence serve', () => {
  test('says where it listens, answers, and stops cleanly', async () => {
    let answer: unknown;
    const { code, stdout, stderr, failure } = await serve(['--json'], async (url) => {
      const init = { method: 'POST', body: '{"inputs":[[1,2,3,4]]}' };
      const headers = { 'content-type': 'application/json' };
      answer = await (await fetch(`${url}/v1/predict`, { ...init, headers })).json();
    });
    expect(failure).toBeUndefined();
    expect(answer).toMatchObject({ predictions: [{ scores: {} }] });
    expect(stderr).toMatch(/^✓ \S+ on http:\/\/127\.0\.0\.1:\d+ .*\nstopping \(SIGTERM\).*\n$/);
    const line = JSON.parse(stdout) as { url: string; port: number };
    expect(line).toMatchObject({ host: '127.0.0.1', model });
    expect(line.url).toBe(`http://127.0.0.1:${line.port}`);
    expect(code).toBe(0);
  });

  test('measures drift from scores that credence score wrote', async () => {
    let metrics = '';
    const { failure } = await serve(['--reference', at('scores.csv')], async (url) => {
      const init = { method: 'POST', body: '{"inputs":[[1,2,3,4]]}' };
      await fetch(`${url}/v1/predict`, { ...init, headers: { 'content-type': 'application/json' } });
      metrics = await (await fetch(`${url}/metrics`)).text();
    });
    expect(failure).toBeUndefined();
    expect(metrics).toMatch(/credence_score_drift_statistic\{score="mcp"\} \d/);
    expect(metrics).toMatch(/credence_score_drift_window\{score="energy"\} 1\n/);
  });

  test('goes on when a thread dies in the middle of a run', async () => {
    // The first message of a thread opens its session.
    const killer = `
      import { Worker } from 'node:worker_threads';
      const { postMessage } = Worker.prototype;
      let messages = 0;
      Worker.prototype.postMessage = function (...args) {
        if (++messages === 3) void this.terminate();
        return postMessage.apply(this, args);
      };`;
    const statuses: number[] = [];
    const { code, stderr, failure } = await serve(
      ['--threads', '1'],
      async (url) => {
        for (let i = 0; i < 4; i++) {
          const init = { method: 'POST', body: '{"inputs":[[1,2,3,4]]}' };
          const headers = { 'content-type': 'application/json' };
          const response = await fetch(`${url}/v1/predict`, { ...init, headers });
          await response.text();
          statuses.push(response.status);
        }
      },
      [`data:text/javascript,${encodeURIComponent(killer)}`],
    );
    expect(failure).toBeUndefined();
    expect(statuses).toEqual([200, 500, 200, 200]);
    expect(stderr).toMatch(/\nerror E_RUNTIME running model .*a worker ended early.*\nstopping/);
    expect(code).toBe(0);
  });

  test('a run that never ends holds up neither others, nor the end', async () => {
    const classifier = inspectClassifier(endlessClassifier('input'));
    const provenance = { date: '2026-01-02', model: { name: 'm', sha256: 'a'.repeat(64) }, data: [] };
    const graph = trustGraph(classifier, { scores: [await fitScore(mcp, classifier)], provenance });
    writeFileSync(at('endless.onnx'), encodeOnnx(graph));
    const states: unknown[] = [];
    const { code, stderr, failure } = await serve(
      ['--threads', '1', '--timeout', '5000'],
      async (url) => {
        const ask = async (x: number): Promise<number> => {
          const init = { method: 'POST', body: `{"inputs":[[${x},0]]}` };
          const headers = { 'content-type': 'application/json' };
          return (await fetch(`${url}/v1/predict`, { ...init, headers })).status;
        };
        const ready = async (): Promise<number> => (await fetch(`${url}/readyz`)).status;
        // A thread may take its time to start.
        const answered = async (): Promise<void> => {
          while ((await ask(1)) !== 200);
        };
        await answered();
        states.push(await ask(9e18));
        await answered();
        states.push(await ready(), await ask(9e18));
        // The run began after its request, whose time was up first.
        while ((await ready()) === 200) await new Promise((resolve) => setTimeout(resolve, 50));
        states.push(await ready(), await ask(1));
      },
      [],
      at('endless.onnx'),
    );
    expect(failure).toBeUndefined();
    expect(states).toEqual([504, 200, 504, 503, 500]);
    expect(stderr).toMatch(
      /error E_RUNTIME running model .*: expected an end within 5000 ms, got a run that goes on/,
    );
    expect(stderr).toMatch(/got 2 runs that do not end; restart the service/);
    expect(stderr).toMatch(/\nerror E_RUNTIME 2 runs of the model did not end, and went with the process\n$/);
    // By the signal that stopped it.
    expect(code).toBeNull();
  });

  test('a second signal ends it at once', async () => {
    let sent = 0;
    const { code, seconds } = await credence(
      ['serve', model, '--port', '0', '--max-delay', '60000', '--timeout', '60000'],
      {
        onStderr(stderr, child) {
          const url = /http:\/\/\S+?:\d+/.exec(stderr)?.[0];
          if (sent === 0 && url !== undefined) {
            sent = 1;
            const init = { method: 'POST', body: '{"inputs":[[1,2,3,4]]}' };
            void fetch(`${url}/v1/predict`, {
              ...init,
              headers: { 'content-type': 'application/json' },
            }).catch(() => undefined);
            setTimeout(() => child.kill('SIGINT'), 200);
          } else if (sent === 1 && stderr.includes('stopping (SIGINT)')) {
            sent = 2;
            child.kill('SIGINT');
          }
        },
      },
    );
    // Killed by the signal.
    expect([code, sent]).toEqual([null, 2]);
    expect(seconds).toBeLessThan(30);
  });

  test('a port that another program has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr, stdout } = await runCommand(['serve', model, '--port', `${port}`]);
    other.close();
    expect(stderr).toMatch(
      /^error E_CONFIGURATION --port: expected a free one, got \d+, .*; the system finds a free one \(--port 0\)$/m,
    );
    expect([code, stdout]).toEqual([2, '']);
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['no model', [], 2, /missing required argument 'model'/],
    ['a file that is not there', [at('m.trust.onx')], 1, /E_FILE .*did you mean 'm.trust.onnx'/],
    ['a model that was not exported', [at('plain.onnx')], 1, /E_FORMAT .*run credence export --model/],
    ['what is no model', [at('scores.csv')], 1, /E_FORMAT/],
    ['a folder', [folder], 1, /E_FILE .*a folder/],
    ['a host of another machine', [model, '--host', '192.0.2.1', '--port', '0'], 2, /--host: .*'192.0.2.1'/],
    ['a port that is none', [model, '--port', '65536'], 2, /--port: expected an integer of 0 to 65535/],
    ['batches of nothing', [model, '--max-batch', '0'], 2, /--max-batch/],
    ['a delay that is none', [model, '--max-delay', 'soon'], 2, /--max-delay.*got 'soon'/],
    ['an option that is mistyped', [model, '--prot', '1'], 2, /unknown option '--prot'; did you mean --port/],
    ['a reference that is not there', [model, '--reference', at('no.csv')], 1, /E_FILE/],
    [
      'a reference of other scores',
      [model, '--reference', at('other.csv')],
      2,
      /scores of the model: mcp, energy/,
    ],
  ])('%s', async (_, args, code, message) => {
    const outcome = await runCommand(['serve', ...args]);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
  });
});
