import { expect } from 'vitest';
import { Trust } from '#credence/export/index';
import { bindParameters, encodeOnnx, parametersOf } from '#credence/graph/index';
import type { Graph } from '#credence/graph/index';
import { fold, key, uniform } from '#credence/random/index';
import { tensor } from '#credence/tensor/index';
import type { Tensor } from '#credence/tensor/index';
import { points, pointsClassifier } from '../assessment/sources.js';
import { assessPoints } from './assessment.js';
import type { AssessmentFound, AssessmentGiven } from './assessment.js';

/** Terms of the sums on a path through the classifier and a score: 2 + 4 + 3, and as many in the score. */
const TERMS = 20;
/** What rounding changes a product of as many factors by (see comparison.ts). */
const ROUNDING = 4 * Math.sqrt(TERMS) * 2 ** -24;

/** What Node finds, and how far each number goes when all weights change by what rounding amounts to. */
export interface NativeAssessment {
  readonly given: AssessmentGiven;
  readonly found: AssessmentFound;
  /** Of one value of a score, by its name; and of the numbers of the classifier. */
  readonly tolerances: Readonly<Record<string, number>>;
  readonly classifier: readonly number[];
}

export async function assessNatively(): Promise<NativeAssessment> {
  const { inputs, labels } = points(1, 600);
  const elsewhere = points(2, 80, 5);
  const given = (size: number): AssessmentGiven => ({
    model: encodeOnnx(perturbed(pointsClassifier(), size)),
    validation: [...inputs.data],
    labels: [...labels],
    elsewhere: [...elsewhere.inputs.data],
  });
  const found = await assessPoints(given(0));
  const others = [await assessPoints(given(ROUNDING)), await assessPoints(given(-ROUNDING))];
  const most = (pick: (own: AssessmentFound) => readonly number[]): number =>
    3 * Math.max(...others.flatMap((own) => pick(own).map((value, i) => Math.abs(value - pick(found)[i]!))));
  return {
    given: given(0),
    found,
    tolerances: Object.fromEntries(
      Object.keys(found.scores).map((name) => [
        name,
        most((own) => [...own.scores[name]!, ...own.ood[name]!]),
      ]),
    ),
    classifier: found.classifier.map((_, i) => most((own) => [own.classifier[i]!])),
  };
}

/** Findings of another runtime against the native ones. */
export async function expectSameFindings(web: AssessmentFound, native: NativeAssessment): Promise<void> {
  const { found, tolerances } = native;
  const { counts, recommended, tuned, errors } = found;
  expect(web).toMatchObject({ counts, recommended, tuned, errors, loadedTheSame: true });
  web.classifier.forEach((value, i) =>
    expect(Math.abs(value - found.classifier[i]!), `number ${i}`).toBeLessThanOrEqual(
      native.classifier[i]! + 2 ** -40,
    ),
  );
  for (const [name, allowed] of Object.entries(tolerances)) {
    const own = [...found.scores[name]!, ...found.ood[name]!];
    const range = Math.max(...own) - Math.min(...own);
    // A tolerance that allows anything would test nothing.
    expect(allowed, `tolerance of ${name}`).toBeLessThan(0.01 * range);
    [...web.scores[name]!, ...web.ood[name]!].forEach((value, i) =>
      expect(Math.abs(value - own[i]!), `${name}, value ${i}`).toBeLessThanOrEqual(allowed),
    );
    const [here, there] = [found.certificates[name] ?? null, web.certificates[name] ?? null];
    expect(here === null).toBe(there === null);
    if (here !== null && there !== null) expect(Math.abs(here - there), name).toBeLessThanOrEqual(allowed);
    const inside = found.scores[name]!;
    const wrong = inside.filter((_, i) => errors[i]);
    const right = inside.filter((_, i) => !errors[i]);
    // Pairs that are as near as the tolerance may swap, and no others.
    expect(Math.abs(web.failure[name]! - found.failure[name]!)).toBeLessThanOrEqual(
      nearPairs(wrong, right, 2 * allowed) + 2 ** -50,
    );
    expect(Math.abs(web.oodAuroc[name]! - found.oodAuroc[name]!)).toBeLessThanOrEqual(
      nearPairs(found.ood[name]!, inside, 2 * allowed) + 2 ** -50,
    );
  }
  await expectPortable(web, native);
}

/** The file that was made elsewhere scores in Node as the one that was made here. */
async function expectPortable(
  web: AssessmentFound,
  { given, found, tolerances }: NativeAssessment,
): Promise<void> {
  const inputs = tensor('float32', [given.labels.length, 2], Float32Array.from(given.validation));
  await using theirs = Trust.fromBytes(Uint8Array.from(web.trust));
  await using ours = Trust.fromBytes(Uint8Array.from(found.trust));
  const [a, b] = [await theirs.score(inputs), await ours.score(inputs)];
  expect(a.predictions).toEqual(b.predictions);
  for (const [name, allowed] of Object.entries(tolerances)) {
    a.scores[name]!.forEach((value, i) =>
      expect(Math.abs(value - b.scores[name]![i]!), `${name}, value ${i}`).toBeLessThanOrEqual(2 * allowed),
    );
  }
}

/** The share of pairs whose values differ by at most `distance`. */
function nearPairs(a: readonly number[], b: readonly number[], distance: number): number {
  let count = 0;
  for (const x of a) for (const y of b) if (Math.abs(x - y) <= distance) count++;
  return count / a.length / b.length;
}

function perturbed(graph: Graph, size: number): Graph {
  if (size === 0) return graph;
  const changed = [...parametersOf(graph)].map(([name, { shape, data }]): [string, Tensor] => {
    const noise = uniform(fold(key(9), name), data.length);
    const values = (data as Float32Array).map((w, i) => w * (1 + size * (2 * noise[i]! - 1)));
    return [name, tensor('float32', shape, values)];
  });
  return bindParameters(graph, new Map(changed));
}
