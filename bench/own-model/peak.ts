// `credence` with its arguments, which must write to a file; stdout: the most memory that was resident, in bytes.
import { run } from '#credence/cli/run';
import { peakResidentBytes } from '../credence/memory.js';

process.exitCode = await run(process.argv.slice(2));
process.stdout.write(`${peakResidentBytes()}\n`);
