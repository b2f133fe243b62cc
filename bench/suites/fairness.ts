import { isCrowded } from '../contention.js';
import { SLOW_GEMM_GFLOPS } from '../contenders/pytorch.js';
import type { Contender } from '../contenders/contender.js';
import type { PhaseMeasurements } from '../measure.js';
import { digits } from '../report/numbers.js';

/** Whether both sides had a fair chance, a sentence each. */
export function fairness(peer: Contender | undefined, measured: readonly PhaseMeasurements[]): string[] {
  return [...crowding(measured), ...(peer === undefined ? [NO_PEER] : products(measured))];
}

const NO_PEER =
  'No Python 3.10 or later with torch was found ($PYTHON, /usr/bin/python3, python3): only Credence ran.';

function crowding(measured: readonly PhaseMeasurements[]): string[] {
  const runs = measured.flatMap(({ ours, peer, threads }) =>
    [...ours.others, ...peer.others].map((cores) => ({ cores, isCrowded: isCrowded(cores, threads) })),
  );
  const crowded = runs.filter((run) => run.isCrowded);
  if (crowded.length === 0) return [];
  const largest = digits(Math.max(...crowded.map(({ cores }) => cores)), 2);
  return [
    `NOT QUIET: in ${crowded.length} of ${runs.length} runs other programs took up to ${largest} cores and left too few. PyTorch's threads wait for each other in a loop and lose most by it: don't publish these ratios.`,
  ];
}

function products(measured: readonly PhaseMeasurements[]): string[] {
  const environments = measured.flatMap(({ peer }) => peer.environments);
  if (environments.length === 0) return [];
  // The best of several: others may have slowed the machine down in some of them.
  const rate = Math.max(...environments.map(({ gemmGflops }) => gemmGflops ?? 0));
  const fact = `PyTorch ${environments[0]?.torch}: matrix products at ${digits(rate)} GFLOP/s.`;
  if (rate >= SLOW_GEMM_GFLOPS) return [fact];
  return [
    `UNFAIR: ${fact} A competent user would install libopenblas0-pthread (Debian); these ratios flatter Credence.`,
  ];
}
