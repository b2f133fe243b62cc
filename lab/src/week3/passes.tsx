import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { capture, Chart, FigureFrame } from '../ui/index.js';
import { Bar, ClassBars } from './bars.js';
import { csv } from './csv.js';
import { mcDropout as formulas } from './formulas.js';
import type { DropoutPasses, Prediction } from './model.js';
import { Fact } from './fact.js';

const BINS = 20;
const TOP = 3;

/** Figures 11 to 13 of the practical, of what is drawn. */
export function Passes({
  prediction,
}: {
  readonly prediction: ReadonlySignal<Prediction | undefined>;
}): JSX.Element {
  const passes = prediction.value?.dropout;
  const top = passes === undefined ? [] : largest(passes.mean);
  const mark = (k: number): string => (top.includes(k) ? `mark-top-${top.indexOf(k)}` : 'mark-bar-other');
  return (
    <FigureFrame
      wide
      title="MC dropout"
      lookFor="Look whether the passes agree: one tall bar at the right end is certainty, bars spread over the axis are passes that disagree."
      formulas={formulas}
      onSave={
        passes === undefined
          ? undefined
          : async (figure) =>
              capture(figure, { id: 'week3-mc-dropout', title: 'MC dropout', csv: csvOf(passes, top) })
      }
    >
      {passes === undefined ? (
        <p class="loading-figure">Loading the network …</p>
      ) : (
        <>
          <dl class="facts">
            <Fact term="Entropy (nats)" name="entropy" value={passes.entropy} />
            <Fact
              term="Mutual information (nats)"
              name="mutual-information"
              value={passes.mutualInformation}
            />
            <Fact term="Variation ratio" name="variation-ratio" value={passes.variationRatio} />
          </dl>
          <div class="cells passes">
            <ClassBars
              values={passes.mean}
              highest={1}
              aspect={2.4}
              label="mean probability"
              mark={mark}
              description={`Mean probability of each class: ${top.map((k) => `${k}: ${passes.mean[k]!.toFixed(3)}`).join(', ')}, the others less.`}
            />
            <ClassBars
              values={passes.votes}
              highest={passes.passes}
              aspect={2.4}
              label={`votes of ${passes.passes} passes`}
              mark={mark}
              description={`Votes of the passes: ${top.map((k) => `${k}: ${passes.votes[k]}`).join(', ')}.`}
            />
            {top.map((k, place) => (
              <Histogram key={place} passes={passes} k={k} mark={`mark-top-${place}`} />
            ))}
          </div>
        </>
      )}
    </FigureFrame>
  );
}

interface HistogramProps {
  readonly passes: DropoutPasses;
  readonly k: number;
  readonly mark: string;
}

function Histogram({ passes, k, mark }: HistogramProps): JSX.Element {
  const counts = histogram(passes, k);
  return (
    <div class="cell">
      <Chart
        aspect={1.7}
        x={{ domain: [0, 1], label: `sampled p(y = ${k}), mean ${passes.mean[k]!.toFixed(3)}` }}
        y={{ domain: [0, Math.max(4, ...counts) * 1.06], label: 'passes', grid: true }}
        description={`How the passes' probabilities of class ${k} spread: mean ${passes.mean[k]!.toFixed(3)}, ${counts[0]} of ${passes.passes} below ${1 / BINS}, ${counts.at(-1)} above ${1 - 1 / BINS}.`}
      >
        {(frame) =>
          counts.map((count, b) => (
            <Bar key={b} frame={frame} from={b / BINS} to={(b + 0.92) / BINS} value={count} mark={mark} />
          ))
        }
      </Chart>
    </div>
  );
}

/** The three classes of largest mean. */
function largest(mean: Float64Array): number[] {
  return Array.from(mean.keys())
    .toSorted((a, b) => mean[b]! - mean[a]! || a - b)
    .slice(0, TOP);
}

function histogram({ probabilities, passes }: DropoutPasses, k: number): number[] {
  const counts = Array.from({ length: BINS }, () => 0);
  for (let s = 0; s < passes; s++) {
    counts[Math.min(BINS - 1, Math.floor(probabilities[s * 10 + k]! * BINS))]! += 1;
  }
  return counts;
}

function csvOf(passes: DropoutPasses, top: readonly number[]): string {
  const sampled = Object.fromEntries(
    top.map((k) => [
      `p(y = ${k})`,
      Array.from({ length: passes.passes }, (_, s) => passes.probabilities[s * 10 + k]!),
    ]),
  );
  return csv({
    class: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    meanProbability: passes.mean,
    votes: passes.votes,
    pass: Array.from({ length: passes.passes }, (_, s) => s + 1),
    ...sampled,
  });
}
