import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeNpz, encodePng } from '#credence/formats/index';
import { encodeOnnx, gemm, GraphBuilder, reshape } from '#credence/graph/index';
import { tensor } from '#credence/tensor/index';
import { temporaryFolder } from './command.js';
import { runCommand } from './in-process.js';

// What a user of the command line is told to do can be done there: each hint is followed.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

/** A classifier of `inputs` with weights of 1 and -1 in turns. */
function linear(shape: readonly number[], classes: number): Uint8Array {
  const b = new GraphBuilder('linear');
  const size = shape.reduce((product, each) => product * each, 1);
  const flat = reshape(b.input('x', 'float32', ['N', ...shape]), [-1, size]);
  const weights = Float32Array.from({ length: size * classes }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const logits = gemm(flat, b.constant(tensor('float32', [size, classes], weights)));
  return encodeOnnx(b.build({ logits }));
}

function write(name: string, content: Uint8Array | string): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
  return at(name);
}

/** A table of 200 rows, two features and a class of `classes`. */
const table = (separator: string, classes: number, header: string): string =>
  [
    header.replaceAll(',', separator),
    ...Array.from({ length: 200 }, (_, i) =>
      [Math.sin(i), Math.cos(2 * i), i % classes].map(String).join(separator),
    ),
  ].join('\n');

const score = (model: string, input: string, ...more: readonly string[]): readonly string[] => {
  const given = ['--model', model, '--input', input, '--out', at('scores.csv'), '--quiet'];
  return ['score', ...given, ...more];
};

async function refused(args: readonly string[]): Promise<string> {
  const { code, stderr } = await runCommand(args);
  expect(code).toBeGreaterThan(0);
  return stderr.trimEnd();
}

async function accepted(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

// To load it takes longer than all that is done with it.
beforeAll(async () => expect((await runCommand(['--version'])).code).toBe(0), 300_000);

describe('images', () => {
  const model = write('image.onnx', linear([1, 8, 8], 3));
  const grey = (side: number): Uint8Array =>
    encodePng({ width: side, height: side, data: new Uint8Array(side * side).fill(side) });
  write('mixed/a.png', grey(8));
  write('mixed/b.png', grey(5));
  write('large/a.png', grey(12));
  write(
    'colour.npz',
    encodeNpz(new Map([['x', tensor('uint8', [5, 8, 8, 3], new Uint8Array(960).fill(7))]])),
  );

  test('of several sizes', async () => {
    expect(await refused(score(model, at('mixed'), '--preprocess', 'grayscale=true'))).toMatch(
      /bring them to one size: --preprocess resize=HxW$/,
    );
    await accepted(score(model, at('mixed'), '--preprocess', 'resize=8x8,grayscale=true'));
  });

  test('of another size than the model reads', async () => {
    const hint = /; --preprocess resize=HxW, or layout=nchw or nhwc$/;
    expect(await refused(score(model, at('large'), '--preprocess', 'grayscale=true'))).toMatch(hint);
    await accepted(score(model, at('large'), '--preprocess', 'grayscale=true,resize=8x8'));
  });

  test('in colours', async () => {
    expect(await refused(score(model, at('colour.npz')))).toMatch(/; --preprocess grayscale=true$/);
    await accepted(score(model, at('colour.npz'), '--preprocess', 'grayscale=true'));
  });

  test('a preprocessing that makes no sense', async () => {
    expect(await refused(score(model, at('large'), '--preprocess', 'resize=soon'))).toMatch(
      /E_CONFIGURATION --preprocess: resize: expected a positive integer \(the shorter side\) or HxW, got "soon"/,
    );
  });
});

describe('tables', () => {
  const model = write('table.onnx', linear([2], 3));
  const semicolons = write('semicolons.csv', table(';', 3, 'a,b,label'));
  const commas = write('commas.csv', table(',', 3, 'a,b,label'));

  test('with semicolons', async () => {
    expect(await refused(score(model, semicolons))).toMatch(
      /E_CONFIGURATION --delimiter: .* \(--delimiter ';'\)$/,
    );
    await accepted(score(model, semicolons, '--delimiter', ';', '--inputs', 'a,b'));
  });

  test('with tabs', async () => {
    const tabs = write('tabs.csv', table('\t', 3, 'a,b,label'));
    await accepted(score(model, tabs, '--delimiter', 'tab', '--inputs', 'a,b'));
  });

  test('a column that is not there', async () => {
    expect(await refused(score(model, commas, '--inputs', 'a,c'))).toMatch(
      /E_CONFIGURATION --inputs: expected a column: a, b, label, got 'c'/,
    );
  });

  test('more columns than the model has inputs', async () => {
    expect(await refused(score(model, commas))).toMatch(/trained on \(--inputs\)$/);
  });
});

test('one logit of two classes: nothing tells it from a regression', async () => {
  const model = write('binary.onnx', linear([2], 1));
  const data = write('binary.csv', table(',', 2, 'a,b,label'));
  expect(await refused(score(model, data, '--inputs', 'a,b'))).toMatch(
    /say so \(--link 'sigmoid'\); regression/,
  );
  await accepted(score(model, data, '--inputs', 'a,b', '--link', 'sigmoid'));
  expect(await refused(score(model, data, '--link', 'probit'))).toMatch(
    /--link: expected sigmoid, got 'probit'/,
  );
  // Exported, it has two, and there is nothing to be said any more.
  const out = at('binary.trust.onnx');
  const labelled = ['--validation', data, '--labels', 'label', '--link', 'sigmoid'];
  await accepted(['export', '--model', model, ...labelled, '--out', out, '--quiet']);
  await accepted(score(out, data, '--inputs', 'a,b'));
  expect(await refused(score(out, data, '--link', 'sigmoid'))).toMatch(
    /--link: expected none for an exported/,
  );
});
