import { assessPoints } from './assessment.js';
import type { AssessmentFound, AssessmentGiven } from './assessment.js';
import { compute } from './scenario.js';
import type { Computed } from './scenario.js';

/** What the test hands over; bytes travel as base64. */
export interface Handed {
  readonly model: string;
  readonly images: string;
  readonly labels: string;
  readonly threads: number;
}

export interface HandedAssessment extends Omit<AssessmentGiven, 'model'> {
  readonly model: string;
}

declare global {
  // Not on the window: the runtime's threads load this file again, as workers.
  var compute: (handed: Handed) => Promise<Computed>;
  var assess: (handed: HandedAssessment) => Promise<AssessmentFound>;
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.codePointAt(0)!);
}

globalThis.assess = ({ model, ...given }) => assessPoints({ ...given, model: bytes(model) });

globalThis.compute = ({ model, images, labels, threads }) =>
  compute({
    model: bytes(model),
    images: bytes(images),
    labels: bytes(labels),
    threads,
    perturbation: 0,
  });
