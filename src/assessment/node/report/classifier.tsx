import type { DrawnFigure } from '../../../figures/node/index.js';
import { DataTable, SettingsTable } from '../../../report/index.js';
import type { Section } from '../../../report/index.js';
import type { AssessmentResults } from '../../results.js';
import { Drawn, duration } from './text.js';

/** What the model is, how often it is right, and whether it is as right as it says. */
export function classifierSection(
  { classifier, model, secondsPerInput }: AssessmentResults,
  figures: readonly DrawnFigure[],
): Section {
  const { accuracy, errors, before, after, temperature, notScaled } = classifier;
  const scaled =
    after === null || temperature === null
      ? []
      : [
          [
            `at temperature ${temperature.toPrecision(4)}`,
            accuracy,
            errors,
            after.nll,
            after.brier,
            after.ece,
          ] as const,
        ];
  return {
    id: 'classifier',
    title: 'The classifier',
    content: (
      <>
        <SettingsTable
          caption="What was found in the model"
          rows={model.description.map((line) => {
            const [name = '', ...rest] = line.split(/\s{2,}/);
            return [name, rest.join(' ')] as const;
          })}
        />
        <DataTable
          caption="Accuracy and calibration on the measured examples."
          columns={['Probabilities', 'Accuracy', 'Errors', 'NLL (nats)', 'Brier', 'ECE, 15 bins']}
          rows={[['as it is', accuracy, errors, before.nll, before.brier, before.ece], ...scaled]}
        />
        {notScaled === null ? null : <p>No temperature was fitted. {notScaled}.</p>}
        <p>A prediction takes {duration(secondsPerInput)} in batches.</p>
        <Drawn figures={figures} id="reliability" />
      </>
    ),
  };
}
