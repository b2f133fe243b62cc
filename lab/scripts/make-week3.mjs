// `npm run make-week3 -w lab -- --from OUT`: the files of src/week3/assets from the practical's output folder OUT.
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadImageSet, loadMnist } from '../../dist/data/index.js';
import { CredenceError } from '../../dist/errors/index.js';
import { writeFileAtomic } from '../../dist/files/index.js';
import { week3Assets } from './week3-assets.mjs';

const lab = dirname(dirname(fileURLToPath(import.meta.url)));
const USAGE = `make-week3 --from OUT [--data FOLDER] [--ood kmnist] [--to FOLDER]
OUT is what 'credence practical --weeks 3 --out OUT' wrote.
`;

process.exitCode = await main();

async function main() {
  // npm runs it in the workspace; paths are meant from where it was called.
  const base = process.env['INIT_CWD'] ?? process.cwd();
  try {
    const { values } = parseArgs({
      options: {
        from: { type: 'string' },
        data: { type: 'string' },
        ood: { type: 'string', default: 'kmnist' },
        to: { type: 'string', default: join(lab, 'src', 'week3', 'assets') },
      },
    });
    if (values.from === undefined) {
      process.stderr.write(USAGE);
      return 2;
    }
    const data = values.data === undefined ? {} : { data: resolve(base, values.data) };
    const files = await week3Assets({
      folder: resolve(base, values.from),
      mnist: await loadMnist(data),
      ood: await loadImageSet(values.ood, data),
      workers: availableParallelism(),
      reporter: {
        phase: async (name, work) => {
          say(name);
          return work(() => {});
        },
        note: say,
      },
    });
    for (const [name, bytes] of files) {
      const file = join(resolve(base, values.to), name);
      await writeFileAtomic(file, bytes);
      process.stdout.write(`${file} ${bytes.length}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof CredenceError || (error instanceof Error && 'code' in error))) throw error;
    say(error.message);
    return 1;
  }
}

/** @param {string} message */
function say(message) {
  process.stderr.write(`make-week3: ${message}\n`);
}
