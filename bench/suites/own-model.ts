import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { encodeNpy, encodeSafetensors } from '#credence/formats/index';
import { encodeOnnx } from '#credence/graph/index';
import { tensor } from '#credence/tensor/index';
import { findPython } from '../contenders/pytorch.js';
import { outputOf } from '../contenders/process.js';
import { isCrowded, watchOthers } from '../contention.js';
import type { Context } from '../context.js';
import { NETWORKS, noise, ownNetwork } from '../own-model/networks.js';
import type { NetworkName } from '../own-model/networks.js';
import { digits, megabytes, range } from '../report/numbers.js';
import type { Section } from '../report/section.js';
import { median, pairedRatios, spread } from '../statistics.js';

/** Compiled, this file lies in bench/dist/suites. */
const PROGRAM = fileURLToPath(new URL('../own-model/main.js', import.meta.url));
const PEAK = fileURLToPath(new URL('../own-model/peak.js', import.meta.url));
const PEER = fileURLToPath(new URL('../../pytorch/own_model.py', import.meta.url));

const IMAGES = 10_000;
/** Of ODIN: they are gone through several times. */
const STORED_IMAGES = 1000;
const ROWS = [1_000, 10_000, 100_000, 400_000];
/** What the cheap scores may cost, times plain inference; ODIN, times PyTorch's. */
const GOALS = { scores: 1.3, odin: 1 };
/** Both sides compute in float32: where scores of noise differ by more, they did not compute the same. */
const SAME = 1e-4;

const times = z.array(z.number());
const scoresReport = z.looseObject({
  times: z.array(z.object({ scores: z.string(), plain: times, scored: times, library: times })),
});
const odinReport = z.looseObject({ seconds: times, scores: times });

/** A user's own model: the cheap scores beside plain inference, ODIN beside PyTorch's, memory against rows. */
export async function ownModel(context: Context): Promise<readonly Section[]> {
  return [await scoresSection(context), await odinSection(context), await memorySection(context)];
}

async function scoresSection({ options, signal, say }: Context): Promise<Section> {
  const { threads, repeats, limit = IMAGES, profile } = options;
  const others = watchOthers();
  const rows: string[][] = [];
  const data: Record<string, unknown> = {};
  for (const name of NETWORKS) {
    say(`${name}: scores beside plain inference`);
    const args = [
      'scores',
      name,
      '--images',
      `${limit}`,
      '--threads',
      `${threads}`,
      '--repeats',
      `${repeats}`,
    ];
    if (profile) args.push('--each');
    const output = await outputOf([process.execPath, PROGRAM, ...args], { threads, signal });
    const report = scoresReport.parse(JSON.parse(output));
    data[name] = report;
    for (const own of report.times) {
      const ratio = spread(pairedRatios(own.plain, own.scored));
      const library = spread(pairedRatios(own.plain, own.library));
      rows.push([
        name,
        own.scores,
        digits(median(own.plain)),
        digits(median(own.scored)),
        digits(ratio.median),
        range(ratio.min, ratio.max),
        digits(library.median),
      ]);
    }
  }
  return {
    name: 'own-model: scores',
    title: `Scores beside plain inference, ${limit} images, ${threads} threads, ${repeats} rounds in turns`,
    table: {
      columns: [
        { title: 'network' },
        { title: 'with', align: 'left' },
        ...['plain s', 'scored s', 'times plain', 'spread', 'library, times plain'].map((title) => ({
          title,
        })),
      ],
      rows,
    },
    notes: [
      `Goal: ${GOALS.scores} times plain for the cheap scores.`,
      'Plain and scored: one session of ONNX Runtime. Library: predict, on workers of one thread, opening its sessions included.',
      ...crowding([others()], threads),
    ],
    data,
  };
}

async function odinSection({ options, signal, scratch, say }: Context): Promise<Section> {
  const { threads, repeats, limit = IMAGES } = options;
  const python = findPython();
  const crowds: number[] = [];
  const rows: string[][] = [];
  const notes: string[] = [];
  const data: Record<string, unknown> = {};
  for (const name of NETWORKS) {
    const file = join(scratch, `${name}.safetensors`);
    await writeFile(file, weightsOf(name));
    const [ours, peer]: [z.infer<typeof odinReport>[], z.infer<typeof odinReport>[]] = [[], []];
    const common = ['--images', `${limit}`, '--threads', `${threads}`, '--repeats', '1'];
    const run = async (
      command: readonly string[],
      env: Record<string, string>,
    ): Promise<z.infer<typeof odinReport>> => {
      const others = watchOthers();
      const output = await outputOf(command, { threads, env, signal });
      crowds.push(others());
      return odinReport.parse(JSON.parse(output));
    };
    for (let repeat = 0; repeat < repeats; repeat++) {
      say(`${name}: ODIN, ${repeat + 1}/${repeats}`);
      ours.push(await run([process.execPath, PROGRAM, 'odin', name, '--file', file, ...common], {}));
      if (python === undefined) continue;
      peer.push(await run([python, PEER, name, file, ...common], { OMP_NUM_THREADS: `${threads}` }));
    }
    const seconds = (reports: readonly z.infer<typeof odinReport>[]): number[] =>
      reports.flatMap((report) => report.seconds);
    const ratio = spread(pairedRatios(seconds(ours), seconds(peer)));
    rows.push([
      name,
      digits(median(seconds(ours))),
      digits(median(seconds(peer))),
      digits(ratio.median),
      range(ratio.min, ratio.max),
    ]);
    data[name] = { ours, peer };
    const difference = peer[0]?.scores.reduce(
      (most, score, i) => Math.max(most, Math.abs(score - ours[0]!.scores[i]!)),
      0,
    );
    if (difference !== undefined && !(difference <= SAME))
      notes.push(`NOT THE SAME: scores of ${name} differ by ${digits(difference)}.`);
  }
  return {
    name: 'own-model: odin',
    title: `ODIN over ${limit} images, ${threads} threads a side, ${repeats} pairs of runs in turns`,
    table: {
      columns: ['network', 'Credence s', 'PyTorch s', 'times as fast', 'spread'].map((title) => ({ title })),
      rows,
    },
    notes: [
      `Goal: at least ${GOALS.odin} times as fast.`,
      ...notes,
      ...(python === undefined ? ['No Python with torch was found: only Credence ran.'] : []),
      ...crowding(crowds, threads),
    ],
    data,
  };
}

/** The weights and the images of ODIN. */
function weightsOf(name: NetworkName): Uint8Array {
  const network = ownNetwork(name);
  const { graph } = network.classifier;
  const weights = graph.parameters.map((parameter) => [parameter, graph.constants.get(parameter)!] as const);
  return encodeSafetensors({
    tensors: new Map([...weights, ['images', noise(network, STORED_IMAGES, 1)] as const]),
  });
}

async function memorySection({ options, signal, scratch, say }: Context): Promise<Section> {
  const network = ownNetwork('convnet');
  const model = join(scratch, 'convnet.onnx');
  await writeFile(model, encodeOnnx(network.classifier.graph));
  const peaks: number[] = [];
  const wanted = ROWS.map((rows) => Math.min(rows, options.limit ?? rows));
  for (const rows of wanted) {
    say(`memory, ${rows} rows`);
    const input = join(scratch, `rows-${rows}.npy`);
    const pixels = new Uint8Array(rows * 28 * 28).map((_, i) => (i * 7919) % 251);
    await writeFile(input, encodeNpy(tensor('uint8', [rows, 1, 28, 28], pixels)));
    const args = [
      'score',
      '--quiet',
      '--model',
      model,
      '--input',
      input,
      '--scores',
      'mcp,energy,entropy,odin',
    ];
    const command = [process.execPath, PEAK, ...args, '--out', join(scratch, 'scores.csv')];
    peaks.push(Number(await outputOf(command, { threads: availableParallelism(), signal })));
  }
  return {
    name: 'own-model: memory',
    title: 'Peak resident memory of credence score, MB (10^6 bytes)',
    table: {
      columns: ['rows', 'file', 'peak'].map((title) => ({ title })),
      rows: wanted.map((rows, i) => [`${rows}`, megabytes(rows * 28 * 28), megabytes(peaks[i])]),
    },
    notes: [
      'The convnet with MCP, energy, entropy and ODIN, read from a .npy file of bytes, written as CSV.',
    ],
    data: wanted.map((rows, i) => ({ rows, peakRssBytes: peaks[i] })),
  };
}

function crowding(cores: readonly number[], threads: number): string[] {
  const crowded = cores.filter((each) => isCrowded(each, threads));
  if (crowded.length === 0) return [];
  return [
    `NOT QUIET: other programs took up to ${digits(Math.max(...crowded), 2)} cores: don't publish these.`,
  ];
}
