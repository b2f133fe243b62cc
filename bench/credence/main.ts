// Week 3 of the practical in Credence, phase by phase: the counterpart of pytorch/practical.py, with its options and its
// output, a line of JSON for each phase.
import { Command, Option } from 'commander';
import { PHASES } from '../contenders/contender.js';
import type { PhaseName } from '../contenders/contender.js';
import { peakResidentBytes } from './memory.js';
import { Phases, readData } from './phases.js';
import type { PhaseOptions } from './phases.js';

const program = new Command('credence-week3')
  .argument('<mnist>', 'folder with the four IDX files of MNIST')
  .requiredOption('--ood <folder>', 'folder with the t10k files of another set, to be detected')
  .addOption(new Option('--phases <names...>', 'phases to run').choices(PHASES).default(PHASES))
  .option('--threads <count>', 'workers', Number, 2)
  .option('--shards <count>', 'logical shards of a batch; those of the practical unless given', Number)
  .option('--epochs <count>', 'timed epochs of the classifier', Number, 1)
  .option('--confidnet-epochs <count>', 'timed epochs of ConfidNet', Number, 1)
  .option('--passes <count>', 'passes of MC dropout', Number, 100)
  .option('--repeats <count>', 'repeats of MC dropout and ODIN', Number, 3)
  .option('--limit <count>', 'only so many images of each set', Number)
  .option('--seed <seed>', 'the seed', Number, 0)
  .parse();

const options = program.opts<PhaseOptions & { ood: string; phases: PhaseName[]; limit?: number }>();
const phases = new Phases(readData(program.args[0]!, options.ood, options.limit), options);
emit('environment', { seconds: [], threads: options.threads });
for (const name of options.phases) emit(name, await phases.run(name));

function emit(phase: string, values: object): void {
  process.stdout.write(`${JSON.stringify({ phase, ...values, peakRssBytes: peakResidentBytes() })}\n`);
}
