import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { folderOf } from './folder.js';

/** The rules that a source file of src/ breaks, by the project's own configuration. */
function brokenRules(source: string): readonly string[] {
  const folder = folderOf({
    'src/model.ts': source,
    'tsconfig.json': '{"compilerOptions": {"strict": true, "module": "nodenext"}, "include": ["src"]}',
    'package.json': '{"type": "module"}',
  });
  cpSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
  const modules = join(process.cwd(), 'node_modules');
  const oxlint = join(modules, 'oxlint', 'bin', 'oxlint');
  const { stdout } = spawnSync(process.execPath, [oxlint, '--type-aware', '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(modules, '.bin')}${delimiter}${process.env['PATH']}` },
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { code: string }[] };
  return diagnostics.map(({ code }) => code);
}

it.each([
  [
    'randomness without a key',
    'export const u: number = Math.random();\n',
    'eslint(no-restricted-properties)',
  ],
  ['any', 'export const x: any = 1;\n', 'typescript(no-explicit-any)'],
  ['a silenced compiler', '// @ts-ignore\nexport const x: number = 1;\n', 'typescript(ban-ts-comment)'],
  [
    'a promise that nobody awaits',
    'async function run(): Promise<void> {}\nexport function start(): void {\n  run();\n}\n',
    'typescript(no-floating-promises)',
  ],
  ['a default export', 'export default 1;\n', 'import(no-default-export)'],
  ['output of a library', "export const f = (): void => console.log('x');\n", 'eslint(no-console)'],
])('rejects %s', (_, source, rule) => {
  expect(brokenRules(source)).toEqual([rule]);
});
