// Scores of an own model in a process of its own; JSON on stdout.
import { readFileSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import { decodeSafetensors } from '#credence/formats/index';
import type { Tensor } from '#credence/tensor/index';
import { peakResidentBytes } from '../credence/memory.js';
import { NETWORKS, ownNetwork } from './networks.js';
import type { NetworkName } from './networks.js';
import { timeOdin } from './odin.js';
import { timeScores } from './scores.js';

interface Options {
  readonly images: number;
  readonly threads: number;
  readonly repeats: number;
  readonly each: boolean;
  readonly file?: string;
}

const program = new Command('own-model')
  .addArgument(new Argument('<what>').choices(['scores', 'odin']))
  .addArgument(new Argument('<network>').choices(NETWORKS))
  .addOption(new Option('--file <path>', 'safetensors with the images of ODIN'))
  .option('--images <count>', 'images', Number, 10_000)
  .option('--threads <count>', 'threads', Number, 2)
  .option('--repeats <count>', 'repeats', Number, 3)
  .option('--each', 'every cheap score by itself too', false)
  .parse();

const [what, name] = program.args as ['scores' | 'odin', NetworkName];
const options = program.opts<Options>();
const network = ownNetwork(name);
if (what === 'scores') print({ times: await timeScores(network, options) });
else {
  const images = decodeSafetensors(readFileSync(options.file!)).tensors.get('images') as Tensor<'float32'>;
  const rounds = Math.ceil(options.images / images.shape[0]!);
  print(await timeOdin(network, images, { ...options, rounds }));
}

function print(values: object): void {
  process.stdout.write(`${JSON.stringify({ ...values, peakRssBytes: peakResidentBytes() })}\n`);
}
