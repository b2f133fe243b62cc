import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveModel } from '#credence/serving/node/index';
import type { Service } from '#credence/serving/node/index';
import { nodeModulesOf } from '../browser/bundle.js';
import { runCommand } from '../cli/in-process.js';
import { smallTrust } from './models.js';

const page = readFileSync('docs/serving.md', 'utf8');
let service: Service;

beforeAll(async () => {
  const reference = { mcp: Float32Array.of(1), energy: Float32Array.of(1) };
  service = await serveModel(await smallTrust(), { port: 0, grace: 0, reference });
}, 60_000);
afterAll(() => service.stop());

const said = (pattern: RegExp): Set<string> =>
  new Set([...page.matchAll(pattern)].map(([, text = '']) => text));

test('its options are those of the commands', async () => {
  const helps = await Promise.all(
    ['serve', 'export', 'score'].map(async (command) => (await runCommand([command, '--help'])).stdout),
  );
  const known = new Set([...helps.join('').matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option));
  const options = said(/[ `(](--[a-z-]+)/g);
  options.delete('--data-binary');
  expect(options.size).toBeGreaterThan(10);
  expect([...options].filter((option) => !known.has(option))).toEqual([]);
});

test('its paths and metrics are there', async () => {
  for (const path of said(/`(?:GET )?(\/[a-z.]+)`/g))
    expect((await fetch(`${service.url}${path}`)).status, path).toBe(200);
  const answer = await fetch(`${service.url}/v1/predict`, {
    method: 'POST',
    body: '{"inputs":[[1,2,3,4]]}',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(200);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  const names = said(/`(credence_[a-z_]+)/g);
  expect(names.size).toBeGreaterThan(8);
  for (const name of names) expect(metrics).toContain(`# TYPE ${name} `);
});

test('its program imports what there is', () => {
  const [, program = ''] = /```ts\n([^]*?)```/.exec(page)!;
  const imports = [...program.matchAll(/from 'credence\/([^']+)'/g)].map(([, name = '']) => name);
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, string> };
  expect(imports.length).toBeGreaterThan(0);
  for (const name of imports) expect(exports).toHaveProperty([`./${name}`]);
});

test('its parts have nothing of Node in them', async () => {
  expect(await nodeModulesOf('serving/index')).toEqual([]);
});
