import type { Plugin } from 'vite';

const SOURCES = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'style-src': "'self'",
  // Formulas carry their spacing in attributes.
  'style-src-attr': "'unsafe-inline'",
  'font-src': "'self'",
  // Pictures that are made in the page.
  'img-src': "'self' blob: data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

/** What the page may load, run and talk to: itself. For a header, or the page's head. */
export const policy: string = Object.entries(SOURCES)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join('; ');

/** Puts the policy into the page, so that it holds on any server. Not while developing: what reloads the page needs more. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: 'content security policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
          injectTo: 'head-prepend',
        },
      ],
    },
  };
}
