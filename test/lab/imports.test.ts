import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = 'lab/src';
/** What the page may compute with, all of it without ONNX Runtime; the rest is the worker's. */
const FOR_THE_PAGE = new Set([
  'data/toy',
  'errors',
  'figures',
  'figures/ramps',
  'formats',
  'metrics',
  'random',
  'selection',
  'tensor',
]);
/** What panels are made of, in the order in which it may be imported: from the left. */
const KIT = ['styles', 'state', 'ui', 'compute'];

interface Import {
  readonly from: string;
  /** A package's specifier, or a file. */
  readonly target: string;
  readonly isType: boolean;
}

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
const imports = files.flatMap((file) => importsOf(join(ROOT, file)));

test('the page, with all that it loads later, computes with nothing that needs the runtime', () => {
  const reached = new Set([join(ROOT, 'main.tsx')]);
  const subpaths = new Set<string>();
  for (const file of reached) {
    for (const { target } of imports.filter(({ from, isType }) => from === file && !isType)) {
      if (target.startsWith('credence/')) subpaths.add(target.slice('credence/'.length));
      if (target.startsWith(ROOT)) reached.add(target);
    }
  }
  // So that the walk is known to reach the panels.
  expect(reached).toContain(join(ROOT, 'week1', 'save.ts'));
  expect(subpaths).toContain('figures');
  expect([...subpaths].filter((subpath) => !FOR_THE_PAGE.has(subpath))).toEqual([]);
  expect([...reached].filter((file) => file.endsWith('tasks.ts'))).toEqual([]);
});

test('panels know the kit and not each other, and the kit knows no panel but in its lists', () => {
  const wrong = imports.filter(({ from, target }) => {
    if (!target.startsWith(ROOT) || /(?:shell|compute)\/panels\.ts$/.test(from)) return false;
    const [own, other] = [folderOf(from), folderOf(target)];
    if (own === other || own === 'shell' || own === '') return false;
    const isKit = KIT.includes(own);
    return !KIT.includes(other) || (isKit && KIT.indexOf(other) > KIT.indexOf(own));
  });
  expect(wrong.map(({ from, target }) => `${from} imports ${target}`)).toEqual([]);
});

function importsOf(from: string): Import[] {
  const source = readFileSync(from, 'utf8');
  const found = source.matchAll(
    /^(?:import|export)\b\s*(type\b)?[^'";]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm,
  );
  return Array.from(found, ([, type, named, loaded, bare]) => {
    const specifier = named ?? loaded ?? bare ?? '';
    return { from, target: resolved(from, specifier), isType: type !== undefined };
  });
}

function resolved(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = join(dirname(from), specifier);
  const stem = path.replace(/\.js$/, '');
  return [`${stem}.ts`, `${stem}.tsx`].find((candidate) => existsSync(candidate)) ?? path;
}

function folderOf(file: string): string {
  const inside = file.slice(ROOT.length + 1);
  return inside.slice(0, Math.max(0, inside.indexOf('/')));
}
