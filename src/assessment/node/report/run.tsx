import { SettingsTable, TimingsTable } from '../../../report/index.js';
import type { Section } from '../../../report/index.js';
import type { AssessmentResults } from '../../results.js';

/** The data, the settings, the versions and the time. */
export function runSection({ settings, versions, timings, examples }: AssessmentResults): Section {
  return {
    id: 'run',
    title: 'This run',
    content: (
      <>
        <SettingsTable
          caption="Settings"
          rows={[
            ...Object.entries(settings.data),
            ['examples to fit on', examples.fit],
            ['examples for the thresholds', examples.threshold],
            ['examples measured', examples.measured],
            ['examples of a set that scores see at most', settings.fitExamples],
            ['seed', settings.seed],
            ['threads', settings.threads],
          ]}
        />
        <SettingsTable caption="Versions" rows={Object.entries(versions)} />
        <TimingsTable
          caption="Time"
          phases={Object.entries(timings).map(([name, seconds]) => ({ name, seconds }))}
        />
      </>
    ),
  };
}
