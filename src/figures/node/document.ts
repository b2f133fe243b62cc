import { parseHTML } from 'linkedom';

/** An empty document to draw figures with, in Node. */
export function createDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document;
}
