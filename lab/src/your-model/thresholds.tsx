import type { JSX } from 'preact';
import { short } from '../ui/index.js';
import { DataTable } from './data-table.js';
import type { Assessed } from './model.js';
import { duration, percent } from './words.js';

type Score = Assessed['findings']['scores'][number];

/** Certified thresholds, what they do on the measured examples, and what each score costs. */
export function Thresholds({ assessed: { findings } }: { readonly assessed: Assessed }): JSX.Element {
  const { scores, examples, recommendation } = findings;
  const measured =
    examples.measuredOn === 'test'
      ? 'on the test set, which had no part in the choice'
      : 'on all examples that chose them, for want of a test set';
  return (
    <DataTable
      id="thresholds"
      caption="Certified thresholds, and what a score costs"
      hint={`None: no threshold of that score passed the test, whose error probability all ${scores.length} scores share, since one of them is picked. Coverage and risk: ${measured}.`}
      headings={['Score', 'Threshold', 'Coverage', 'Risk', 'Area (AURC)', 'Time, added', 'Fitted on']}
    >
      {scores
        .toSorted(
          (a, b) => (b.certificate?.coverage ?? -1) - (a.certificate?.coverage ?? -1) || a.aurc - b.aurc,
        )
        .map((score) => {
          const { name, title, certificate, selected, aurc, secondsPerInput, fittedOn } = score;
          return (
            <tr key={name} data-score={name} class={name === recommendation.score ? 'chosen' : undefined}>
              <th scope="row">{title}</th>
              <td data-quantity="threshold" data-value={certificate?.threshold}>
                {thresholdText(score)}
              </td>
              <td>{selected === null ? '' : percent(selected.coverage)}</td>
              <td>{selected === null || selected.risk === null ? '' : percent(selected.risk)}</td>
              <td data-quantity="aurc" data-value={aurc}>
                {short(aurc)}
              </td>
              <td>{duration(secondsPerInput)}</td>
              <td>{fittedOn}</td>
            </tr>
          );
        })}
    </DataTable>
  );
}

function thresholdText({ certificate, unit }: Score): string {
  if (certificate === null) return 'none';
  return certificate.coverage === 1 ? 'accepts all' : `${short(certificate.threshold, 4)} ${unit}`;
}
