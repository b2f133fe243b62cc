import { compute } from './scenario.js';
import type { Computed } from './scenario.js';

/** What the test hands over; bytes travel as base64. */
export interface Handed {
  readonly model: string;
  readonly images: string;
  readonly labels: string;
  readonly threads: number;
}

declare global {
  // Not on the window: the runtime's threads load this file again, as workers.
  var compute: (handed: Handed) => Promise<Computed>;
}

globalThis.compute = ({ model, images, labels, threads }) => {
  const bytes = (text: string): Uint8Array =>
    Uint8Array.from(atob(text), (character) => character.codePointAt(0)!);
  return compute({
    model: bytes(model),
    images: bytes(images),
    labels: bytes(labels),
    threads,
    perturbation: 0,
  });
};
