// Checks that imports, those of types too, point up the rows of docs/architecture.md, and that no files import each
// other in a circle. `node scripts/layers.mjs [ROOT]`
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

/** @typedef {{ row: number, visible: (row: number) => boolean }} Layer */
/** @typedef {{ line: number, specifier: string, target: string, worker: boolean }} Import */

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
/** @type {Record<string, string | { node: string }>} */
const subpathImports = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).imports ?? {};
const layers = readLayers(readFileSync(join(root, 'docs', 'architecture.md'), 'utf8'));
const files = new Set(sourceFiles());
/** @type {Map<string, Import[]>} */
const imports = new Map([...files].map((file) => [file, importsOf(file)]));
const problems = [...misplaced(), ...violations(), ...cycles()];

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`layers: ${files.size} files in ${layers.size} folders, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * The rows of the table: `| row | folders in backticks | ... |`. '(imports rows a–b only)' in the text narrows a row.
 *
 * @param {string} markdown
 * @returns {Map<string, Layer>}
 */
function readLayers(markdown) {
  const found = new Map();
  for (const [line, row, folders = ''] of markdown.matchAll(/^\| (\d+) \|([^|]*)\|.*$/gm)) {
    const own = Number(row);
    const [, from = 1, to = own - 1] = /imports rows (\d+)–(\d+) only/.exec(line) ?? [];
    /** @param {number} other */
    const visible = (other) => other < own && other >= Number(from) && other <= Number(to);
    for (const [, folder] of folders.matchAll(/`([^`]+)`/g)) found.set(folder, { row: own, visible });
  }
  return found;
}

/** Paths relative to src/, with '/' on every system. */
function sourceFiles() {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return paths.map((path) => path.replaceAll('\\', '/')).filter((path) => /\.tsx?$/.test(path));
}

/**
 * @param {string} file
 * @returns {Import[]} imports of files of src/
 */
function importsOf(file) {
  const source = readFileSync(join(root, 'src', file), 'utf8');
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`src/${file}: ${errors[0]?.message}`);
  /** @type {Import[]} */
  const found = [];
  /** @param {{ start: number, value?: unknown } | null | undefined} literal */
  const add = (literal, worker = false) => {
    if (typeof literal?.value !== 'string') return;
    const specifier = literal.value;
    const target = targetOf(file, specifier);
    if (target === undefined) return;
    const line = source.slice(0, literal.start).split('\n').length;
    found.push({ line, specifier, target, worker });
  };
  new Visitor({
    ImportDeclaration: ({ source: literal }) => add(literal),
    ExportNamedDeclaration: ({ source: literal }) => add(literal),
    ExportAllDeclaration: ({ source: literal }) => add(literal),
    ImportExpression: ({ source: literal }) => add(literal),
    TSImportType: ({ source: literal }) => add(literal),
    // A worker: new URL('./worker.js', import.meta.url)
    NewExpression: ({ callee, arguments: [first, second] }) => {
      if (callee.type === 'Identifier' && callee.name === 'URL' && second?.type === 'MemberExpression') {
        add(first, true);
      }
    },
  }).visit(program);
  return found;
}

/**
 * The file of src/ that a specifier names, or undefined when it names a package or a file elsewhere.
 *
 * @param {string} file
 * @param {string} specifier
 */
function targetOf(file, specifier) {
  let path;
  if (specifier.startsWith('.')) path = posix.join(posix.dirname(file), specifier);
  else if (specifier.startsWith('#credence/')) path = specifier.slice('#credence/'.length);
  else if (specifier.startsWith('credence/')) path = `${specifier.slice('credence/'.length)}/index`;
  else if (specifier in subpathImports) path = distPath(subpathImports[specifier]);
  else return undefined;
  const stem = path.replace(/\.js$/, '');
  return [`${stem}.ts`, `${stem}.tsx`].find((candidate) => files.has(candidate));
}

/**
 * The file of dist/ that an entry of package.json's `imports` names under Node's conditions.
 *
 * @param {string | { node: string } | undefined} entry
 */
function distPath(entry) {
  const target = typeof entry === 'string' ? entry : entry?.node;
  return target?.replace(/^\.\/dist\//, '') ?? '';
}

/** @param {string} file */
function folderOf(file) {
  return file.slice(0, Math.max(file.indexOf('/'), 0));
}

function* misplaced() {
  const folders = new Set([...files].map(folderOf));
  for (const folder of folders) {
    if (!layers.has(folder)) yield `src/${folder}: not in the table of docs/architecture.md`;
  }
  for (const folder of layers.keys()) {
    if (!folders.has(folder)) yield `docs/architecture.md: the table lists '${folder}', which is not in src/`;
  }
}

function* violations() {
  for (const [file, list] of imports) {
    const from = folderOf(file);
    const layer = layers.get(from);
    for (const { line, specifier, target } of list) {
      const to = folderOf(target);
      const row = layers.get(to)?.row;
      if (from === to || layer === undefined || row === undefined || layer.visible(row)) continue;
      yield `src/${file}:${line}: imports '${specifier}', but '${from}' (row ${layer.row}) may not import '${to}' (row ${row})`;
    }
  }
}

/** Every import that closes a circle, found by a depth-first walk. A worker and its owner are two programs: no circle. */
function* cycles() {
  /** @type {string[]} */
  const path = [];
  const done = new Set();
  /**
   * @param {string} file
   * @returns {Generator<string>}
   */
  function* visit(file) {
    path.push(file);
    for (const { target, worker } of imports.get(file) ?? []) {
      if (worker) continue;
      const start = path.indexOf(target);
      if (start >= 0)
        yield `circle: ${[...path.slice(start), target].map((name) => `src/${name}`).join(' -> ')}`;
      else if (!done.has(target)) yield* visit(target);
    }
    path.pop();
    done.add(file);
  }
  for (const file of files) if (!done.has(file)) yield* visit(file);
}
