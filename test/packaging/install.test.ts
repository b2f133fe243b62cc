import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../scripts/install.mjs';
import { folderOf } from './folder.js';

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
}

function installed(wanted: Readonly<Record<string, Entry>>, found: Readonly<Record<string, Entry>>): boolean {
  return isInstalled(
    folderOf({
      'package-lock.json': JSON.stringify({ packages: { '': {}, ...wanted } }),
      'node_modules/.package-lock.json': JSON.stringify({ packages: found }),
    }),
  );
}

describe('isInstalled', () => {
  it('compares what npm installed with what the lock file asks for', () => {
    const wanted = { 'node_modules/a': { version: '1.0.0' } };
    expect(installed(wanted, { 'node_modules/a': { version: '1.0.0' } })).toBe(true);
    expect(installed(wanted, { 'node_modules/a': { version: '1.0.1' } })).toBe(false);
    expect(installed(wanted, {})).toBe(false);
  });

  it('does not miss optional packages of other systems', () => {
    expect(installed({ 'node_modules/b': { version: '1.0.0', optional: true } }, {})).toBe(true);
  });

  it('wants the links of workspaces', () => {
    const wanted = { lab: { version: '0.0.1' }, 'node_modules/lab': { resolved: 'lab', link: true } };
    expect(installed(wanted, { 'node_modules/lab': { resolved: 'lab', link: true } })).toBe(true);
    expect(installed(wanted, {})).toBe(false);
  });

  it('is false without node_modules and after an interrupted install', () => {
    expect(isInstalled(folderOf({ 'package-lock.json': '{"packages":{}}' }))).toBe(false);
    const cut = { 'package-lock.json': '{"packages":{}}', 'node_modules/.package-lock.json': '{"pack' };
    expect(isInstalled(folderOf(cut))).toBe(false);
  });
});
