import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { assessmentSchema, Trust } from '#credence/assessment/index';
import { tensor } from '#credence/tensor/index';
import { eventually, hasChromium, labTest, savedBy, settledAddress, violationsIn } from './lab.js';
import {
  csvFile,
  fileOf,
  fixture,
  idxFiles,
  inputsOf,
  labelledSet,
  npzFile,
  onnxFile,
  reference,
} from './your-model-data.js';
import type { UploadedFile } from './your-model-data.js';
import { assessFiles, choose, expectFindings, FIELDS } from './your-model-page.js';

// One thread on a first visit: what is computed here is too small for more.
const test = labTest({ isolated: false });

describe.skipIf(!hasChromium)('your model', () => {
  test('without files the example is assessed; what is saved is what is shown; a checker finds nothing', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/your-model', { bypassCSP: true });
    const { page } = opened;
    await page.waitForSelector('.recommended');
    await page.getByRole('button', { name: 'Assess the example' }).waitFor();
    const sentence = await page.locator('.recommendation').textContent();
    expect(sentence).toMatch(/^Use .*at most 5\u00a0% errors/);
    await eventually(() => page.locator('.sample-picture').count()).toBe(24);

    const results = assessmentSchema.parse(JSON.parse(await saved(page, 'Save results.json')));
    expect(results.recommendation.sentence.replaceAll(' %', '\u00a0%')).toBe(sentence);
    expect(results.examples).toMatchObject({ measured: 500, ood: { rings: 150, stripes: 150 } });
    expect(results.unavailable.map(({ name }) => name)).toContain('confidnet');

    const bytes = await savedBytes(page, 'Save the model with its scores (.onnx)');
    await using trust = Trust.fromBytes(bytes);
    expect(trust.accept).toEqual({
      score: results.recommendation.score,
      threshold: results.recommendation.threshold,
    });
    const said = await trust.score(tensor('float32', [2, 1, 12, 12], new Float32Array(288).fill(0.5)));
    expect(said.probabilities.subarray(0, 4).reduce((sum, p) => sum + p)).toBeCloseTo(1, 6);
    expect(trust.provenance?.data.map(({ role, examples }) => [role, examples])).toEqual([
      ['validation', 800],
      ['training', 1000],
    ]);

    const { before, after } = results.classifier;
    const reliability = page.getByRole('region', { name: 'How often the classifier is right' });
    expect(await reliability.locator('.look-for').textContent()).toContain(
      after!.ece < before.ece ? 'temperature brings' : 'does not bring',
    );
    expect(await misalignedHeadings(page)).toEqual([]);

    const figure = page.getByRole('region', { name: 'What remains wrong' });
    expect(await saved(figure, 'Save as SVG')).toContain('<svg ');
    expect(await saved(figure, 'Save as CSV')).toContain('score,coverage,risk');
    expect((await savedBytes(figure, 'Save as PNG')).slice(1, 4)).toEqual(Uint8Array.of(0x50, 0x4e, 0x47));

    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await violationsIn(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate(() => document.querySelector('.controls')?.setAttribute('open', ''));
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    await eventually(width).toBeLessThanOrEqual(390);
    expect(await violationsIn(page)).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });

  test("numbers are the library's in Node; nothing is sent anywhere; the address has the settings", async ({
    lab,
  }) => {
    await using opened = await lab.open('#/your-model?risk=0.3');
    const { page } = opened;
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const given = {
      model: 'mlp',
      validation: await labelledSet('mlp', 1, 160),
      test: await labelledSet('mlp', 2, 120),
      ood: { wide: inputsOf('mlp', 3, 60, 4), narrow: inputsOf('mlp', 4, 60, 0.3) },
      risk: 0.3,
    };
    const expected = await reference(given);
    await choose(page, 'model', onnxFile('mlp'));
    await page.getByText(/^Input .*12/).waitFor();
    await choose(page, 'validation', npzFile('validation.npz', given.validation));
    await page.getByText('160 examples of shape (12)').waitFor();
    await choose(page, 'test', npzFile('test.npz', given.test));
    await page.getByText('120 examples of shape (12)').waitFor();
    for (const name of ['wide', 'narrow'] as const) {
      await choose(page, 'ood', csvFile(`${name}.csv`, given.ood[name]));
      await page.getByRole('region', { name: `From elsewhere: ${name}` }).waitFor();
    }
    await assessFiles(page);
    await expectFindings(page, expected);
    const found = page.getByRole('table', { name: 'What was found in the model' });
    expect(await found.getByRole('row').allTextContents()).toContain('dropoutnone');
    const elsewhere = requests.filter((url) => !url.startsWith(lab.url) && !/^(blob|data):/.test(url));
    expect(elsewhere).toEqual([]);

    await page.getByRole('slider', { name: 'Seed' }).fill('7');
    await page.getByText('Settings or files have changed since').waitFor();
    await settledAddress(page);
    expect(page.url()).toMatch(/risk=0\.3&seed=7$/);
    expect(opened.complaints).toEqual([]);
  });

  test('images are dropped, preprocessed as asked, and shown; without a test set half is measured on', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/your-model?scale=1/255&mean=0.5&std=0.25&risk=0.4');
    const { page } = opened;
    const { images, labels, inputs } = await byteImages(120);
    await drop(page, FIELDS.model, [onnxFile('convnet')]);
    await drop(page, FIELDS.validation, idxFiles('val', images, labels));
    await page.getByText('120 examples of shape (16, 16)').waitFor();
    const jpeg = await readFile(new URL('../fixtures/images/progressive.jpg', import.meta.url));
    await choose(page, 'test', fileOf('photo.jpg', jpeg));
    await page.getByText('1 example of shape (3, 13, 18), no labels').waitFor();
    await page.getByRole('button', { name: 'Test set: remove' }).click();
    await page.getByRole('button', { name: 'Test set: remove' }).waitFor({ state: 'hidden' });
    const expected = await reference({ model: 'convnet', validation: { inputs, labels }, risk: 0.4 });
    await assessFiles(page, 'keyboard');
    await expectFindings(page, expected);
    await page.getByText('No test set was given').waitFor();
    await eventually(() => page.locator('.sample-picture').count()).toBeGreaterThan(12);
    expect(opened.complaints).toEqual([]);
  });

  test('what cannot be used is said in the words of the library, and nothing else happens', async ({
    lab,
  }) => {
    await using opened = await lab.open('#/your-model');
    const { page } = opened;
    const good = await labelledSet('mlp', 1, 80);
    await choose(page, 'model', fileOf('notes.txt', 'not a model'));
    await expectError(page, 'notes.txt');
    await choose(page, 'model', fileOf('cut.onnx', fixture('mlp').slice(0, 900)));
    await expectError(page, 'cut.onnx');
    await choose(page, 'model', onnxFile('mlp'));
    await page.getByText(/^Input .*12/).waitFor();
    await choose(page, 'validation', fileOf('cut.npz', npzFile('v', good).buffer.subarray(0, 700)));
    await expectError(page, 'truncated');
    await choose(page, 'validation', fileOf('table.csv', 'a;b;c\n1;2;3\n'));
    await expectError(page, 'delimiter');

    const flawed = good.inputs.data.slice();
    flawed[12 * 60 + 5] = NaN;
    const few = {
      inputs: tensor('float32', [20, 12], good.inputs.data.slice(0, 240)),
      labels: good.labels.slice(0, 20),
    };
    const wide = tensor('float32', [80, 6], good.inputs.data.slice(0, 480));
    const cases: readonly (readonly [UploadedFile, string])[] = [
      [npzFile('wide.npz', { inputs: wide, labels: good.labels }), 'expected examples of shape (12)'],
      [npzFile('nan.npz', { ...good, inputs: { ...good.inputs, data: flawed } }), 'example 60'],
      [npzFile('one.npz', { ...good, labels: good.labels.map(() => 1) }), 'at least two classes'],
      [npzFile('few.npz', few), 'at least 40 examples'],
      [npzFile('range.npz', { ...good, labels: good.labels.map((label) => label + 1) }), 'label'],
      [csvFile('bare.csv', good.inputs), 'labels'],
    ];
    for (const [file, message] of cases) {
      await choose(page, 'validation', file);
      await page.getByRole('region', { name: 'Validation set' }).getByText(file.name).waitFor();
      await page.getByRole('button', { name: 'Assess', exact: true }).click();
      await eventually(() => page.locator('.run .notice.error').allTextContents(), file.name).toEqual([
        expect.stringContaining(message),
      ]);
    }
    expect(opened.complaints).toEqual([]);
  });

  test('an assessment is cancelled, and another one made; choices by hand are followed', async ({ lab }) => {
    await using opened = await lab.open('#/your-model?confidnet=1');
    const { page } = opened;
    // In the middle of a training: it hears of it, or its worker is ended and another one begins.
    await page.getByText('scores fitted: ConfidNet').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('switch', { name: 'ConfidNet too' }).click();
    await page.getByRole('button', { name: 'Assess the example' }).click();
    await page.locator('.run-progress').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Assess the example' }).waitFor();
    await page.locator('.run-progress').waitFor({ state: 'detached' });
    await choose(page, 'model', onnxFile('mlp'));
    await page.getByText('Still missing: a validation set.').waitFor();
    await page.getByText('The model, by hand').click();
    await page.getByRole('combobox', { name: 'Logits', exact: true }).fill('nothing');
    await page.keyboard.press('Tab');
    await expectError(page, "'nothing'");
    await eventually(() => page.url()).toContain('logits=nothing');
    await page.getByRole('button', { name: 'Reset settings' }).click();
    await eventually(() => page.locator('.drop .notice.error').count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });
});

/** Headings that do not stand over the cells of their column. */
async function misalignedHeadings(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll<HTMLTableElement>('.results table')).flatMap((table) => {
      const cells = Array.from(table.tBodies[0]!.rows[0]!.cells);
      const alignment = (element: Element): string => getComputedStyle(element).textAlign;
      return Array.from(table.tHead?.rows[0]!.cells ?? []).flatMap((heading, k) =>
        heading.textContent === '' || alignment(heading) === alignment(cells[k]!)
          ? []
          : [`${table.caption!.textContent}: ${heading.textContent}`],
      );
    }),
  );
}
/** Images of bytes, their labels, and what (x / 255 - 0.5) / 0.25 makes of them. */
async function byteImages(n: number): Promise<{
  images: ReturnType<typeof tensor<'uint8'>>;
  labels: Int32Array;
  inputs: ReturnType<typeof tensor<'float32'>>;
}> {
  const { inputs: noise, labels } = await labelledSet('convnet', 5, n);
  const bytes = Uint8Array.from(noise.data, (z) =>
    Math.min(255, Math.max(0, Math.round(255 * (0.5 + 0.25 * z)))),
  );
  const data = Float32Array.from(bytes, (byte) => (byte * (1 / 255) - 0.5) / 0.25);
  return {
    images: tensor('uint8', [n, 16, 16], bytes),
    labels,
    inputs: tensor('float32', [n, 1, 16, 16], data),
  };
}

/** As a mouse drops files, which the page sees as one event. */
async function drop(page: Page, field: string, files: readonly UploadedFile[]): Promise<void> {
  const content = files.map(({ name, buffer }) => ({ name, base64: buffer.toString('base64') }));
  const transfer = await page.evaluateHandle((list) => {
    const made = new DataTransfer();
    for (const { name, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0)!);
      made.items.add(new File([bytes], name));
    }
    return made;
  }, content);
  const target = page.getByRole('region', { name: field, exact: true });
  await target.dispatchEvent('dragover', { dataTransfer: transfer });
  await target.dispatchEvent('drop', { dataTransfer: transfer });
}

async function expectError(page: Page, message: string): Promise<void> {
  await eventually(() => page.locator('.drop .notice.error').allTextContents()).toEqual([
    expect.stringContaining(message),
  ]);
}

async function savedBytes(from: Pick<Page, 'getByRole'>, button: string): Promise<Uint8Array> {
  return new Uint8Array(await savedBy(from.getByRole('button', { name: button })));
}

async function saved(from: Pick<Page, 'getByRole'>, button: string): Promise<string> {
  return new TextDecoder().decode(await savedBytes(from, button));
}
