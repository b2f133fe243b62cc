import temml from 'temml';
import type { Plugin } from 'vite';

const LITERAL = /\btex`([^`]*)`/g;

/** Sets each literal tex`...` of the lab's own files as MathML, so that the page needs no script for its formulas. */
export function formulas(): Plugin {
  return {
    name: 'formulas',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/lab\/src\/.*\.tsx?$/.test(id) || !code.includes('tex`')) return undefined;
      const set = code.replace(LITERAL, (_, source: string) =>
        JSON.stringify(
          temml.renderToString(source.trim(), { displayMode: true, throwOnError: true, strict: true }),
        ),
      );
      return { code: set, map: null };
    },
  };
}
