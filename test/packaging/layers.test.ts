import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { expect, it } from 'vitest';
import { folderOf } from './folder.js';

const ARCHITECTURE = `
| row | folders of \`src/\` | what lives there |
|---|---|---|
| 1 | \`errors\` | kinds of \`anything\` |
| 2 | \`tensor\` \`random\` | values |
| 3 | \`models\` | networks |
| 4 | \`metrics\` | on plain arrays (imports rows 1–2 only) |
`;
const SOURCES = {
  'package.json': JSON.stringify({ imports: { '#engine': { node: './dist/tensor/index.js' } } }),
  'docs/architecture.md': ARCHITECTURE,
  'src/errors/index.ts': 'export const a = 1;\n',
  'src/tensor/index.ts': "export { a } from '../errors/index.js';\n",
  'src/random/index.ts':
    "import { a } from '../errors/index.js';\nimport type { Stats } from 'node:fs';\nexport const b: Stats | typeof a = a;\n",
  'src/models/index.tsx':
    "import { a } from '../tensor/index.js';\nexport const page: unknown = <p>{a}</p>;\n",
  'src/metrics/index.ts': "export { b } from '../random/index.js';\n",
};

function layers(files: Readonly<Record<string, string>>): {
  status: number | null;
  problems: readonly string[];
} {
  const folder = folderOf({ ...SOURCES, ...files });
  const { status, stdout } = spawnSync(process.execPath, ['scripts/layers.mjs', folder], {
    encoding: 'utf8',
  });
  return { status, problems: stdout.trim().split('\n').slice(0, -1) };
}

it('accepts imports that point up', () => {
  expect(layers({})).toEqual({ status: 0, problems: [] });
});

it.each([
  [
    'an import',
    "// one line above\nimport { a } from '../tensor/index.js';\nexport const c: number = a;\n",
    '../tensor/index.js',
  ],
  [
    'an import of a type',
    "\nimport type { b } from '../random/index.js';\nexport type C = typeof b;\n",
    '../random/index.js',
  ],
  ['a re-export', "\nexport * from '../tensor/index.js';\n", '../tensor/index.js'],
  [
    'a dynamic import',
    "\nexport const c = (): unknown => import('../tensor/index.js');\n",
    '../tensor/index.js',
  ],
  ['a type query', "\nexport type C = import('../tensor/index.js').Tensor;\n", '../tensor/index.js'],
  [
    'a worker',
    "\nexport const c: URL = new URL('../tensor/index.js', import.meta.url);\n",
    '../tensor/index.js',
  ],
  ['a subpath import', "\nexport { a } from '#credence/tensor/index.js';\n", '#credence/tensor/index.js'],
  ['a conditional import', "\nimport '#engine';\n", '#engine'],
  ['the public subpath', "\nexport { a } from 'credence/tensor';\n", 'credence/tensor'],
])('rejects %s that points down', (_, source, specifier) => {
  const { status, problems } = layers({ 'src/errors/bad.ts': source });
  const folder = specifier.includes('random') ? 'random' : 'tensor';
  expect(problems).toEqual([
    `src/errors/bad.ts:2: imports '${specifier}', but 'errors' (row 1) may not import '${folder}' (row 2)`,
  ]);
  expect(status).toBe(1);
});

it('rejects an import inside a row', () => {
  const { problems } = layers({ 'src/random/bad.ts': "export { a } from '../tensor/index.js';\n" });
  expect(problems).toEqual([
    "src/random/bad.ts:1: imports '../tensor/index.js', but 'random' (row 2) may not import 'tensor' (row 2)",
  ]);
});

it('rejects an import that a narrowed row excludes', () => {
  const { problems } = layers({ 'src/metrics/bad.ts': "export { page } from '../models/index.js';\n" });
  expect(problems).toEqual([
    "src/metrics/bad.ts:1: imports '../models/index.js', but 'metrics' (row 4) may not import 'models' (row 3)",
  ]);
});

it('rejects circles, of types too', () => {
  const { status, problems } = layers({
    'src/random/one.ts': "export type { Two } from './two.js';\nexport type One = 1;\n",
    'src/random/two.ts': "export type { Three } from './three.js';\nexport type Two = 2;\n",
    'src/random/three.ts': "import type { One } from './one.js';\nexport type Three = One;\n",
  });
  expect(status).toBe(1);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^circle: src\/random\/(\w+)\.ts -> .* -> src\/random\/\1\.ts$/);
});

it('accepts a worker that imports a type of its owner', () => {
  const files = {
    'src/random/pool.ts':
      "export type Task = 1;\nexport const url: URL = new URL('./worker.js', import.meta.url);\n",
    'src/random/worker.ts': "import type { Task } from './pool.js';\nexport const task: Task = 1;\n",
  };
  expect(layers(files)).toEqual({ status: 0, problems: [] });
});

it('rejects a folder that the table lacks, and a row without its folder', () => {
  expect(layers({ 'src/extra/index.ts': '' }).problems).toEqual([
    'src/extra: not in the table of docs/architecture.md',
  ]);
  expect(layers({ 'docs/architecture.md': `${ARCHITECTURE}| 5 | \`cli\` | |\n` }).problems).toEqual([
    "docs/architecture.md: the table lists 'cli', which is not in src/",
  ]);
});
