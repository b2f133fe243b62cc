import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Button, Notice } from '../ui/index.js';
import { FilesSection } from './files-section.js';
import { Accuracy, Found } from './found.js';
import type { Assessed } from './model.js';
import { Rankings } from './rankings.js';
import { Recommended } from './recommendation.js';
import { Reliability } from './reliability.js';
import { RiskCoverage } from './risk-coverage.js';
import { assessed, busy, cancel, failure, hasFiles, isStale, missing, progress, start } from './running.js';
import { Samples } from './samples.js';
import { YourModelSettings } from './settings.js';
import { files, ood, reset } from './state.js';
import { Thresholds } from './thresholds.js';
import { Tuned } from './tuned.js';
import { Unavailable } from './unavailable.js';
// oxlint-disable-next-line import/no-unassigned-import -- the build takes a style sheet so
import './your-model.css';

export function Panel(): JSX.Element {
  // A page that nobody has given anything shows the example: what comes out is the best description of it.
  useEffect(() => {
    if (assessed.peek() === undefined && !busy.peek() && failure.peek() === undefined && !hasFiles.peek())
      void start();
  }, []);
  useEffect(() => {
    // A file that is let go beside the fields would be opened instead of this page.
    const hold = (event: Event): void => event.preventDefault();
    addEventListener('dragover', hold);
    addEventListener('drop', hold);
    return () => {
      removeEventListener('dragover', hold);
      removeEventListener('drop', hold);
    };
  }, []);
  return (
    <>
      <div class="panel-intro">
        <h2>Your model · Your own classifier</h2>
        <p>
          How far can its predictions be trusted? Drop an ONNX model and labelled examples: its errors, its
          calibration, which score finds what it gets wrong, and a threshold with a promise. Nothing leaves
          this machine: files are read by this page and computed on in it. The address holds the settings, not
          the files.
        </p>
      </div>
      <FilesSection />
      <Run />
      <div class="workbench">
        <YourModelSettings />
        {assessed.value === undefined ? (
          <p class="loading">{busy.value ? 'The results will be here.' : 'Nothing has been assessed yet.'}</p>
        ) : (
          <Results assessed={assessed.value} />
        )}
      </div>
    </>
  );
}

/** The button, how far it is, and what went wrong. */
function Run(): JSX.Element {
  const label = hasFiles.value ? 'Assess' : 'Assess the example';
  return (
    <div class="run">
      <div class="buttons">
        {busy.value ? (
          <Button onClick={cancel}>Cancel</Button>
        ) : (
          <Button primary disabled={missing.value !== undefined} onClick={() => void start()}>
            {label}
          </Button>
        )}
        {hasFiles.value ? <Button onClick={backToExample}>Back to the example</Button> : null}
        <Button onClick={reset}>Reset settings</Button>
        {missing.value === undefined ? null : <span class="hint">Still missing: {missing.value}.</span>}
      </div>
      {busy.value ? <Bar /> : null}
      {failure.value === undefined ? null : <Notice kind="error">{failure.value}</Notice>}
      {isStale.value ? (
        <Notice kind="note">
          Settings or files have changed since: what is below is the last assessment.
        </Notice>
      ) : null}
    </div>
  );
}

function Bar(): JSX.Element {
  const { phase = 'starting', share, detail = '' } = progress.value ?? {};
  return (
    <div class="run-progress">
      <progress max={1} {...(share !== undefined && { value: share })} aria-label={`Assessing: ${phase}`} />
      <span>
        {phase}
        {detail === '' ? '' : `: ${detail}`}
      </span>
    </div>
  );
}

function backToExample(): void {
  cancel();
  for (const each of Object.values(files)) each.value = undefined;
  ood.value = [];
  failure.value = undefined;
  void start();
}

function Results({ assessed: found }: { readonly assessed: Assessed }): JSX.Element {
  return (
    <div class="figures results" aria-busy={busy.value}>
      <Recommended assessed={found} />
      <Reliability assessed={found} />
      <RiskCoverage assessed={found} />
      <Samples assessed={found} kind="suspicious" />
      <Samples assessed={found} kind="overconfident" />
      <Accuracy assessed={found} />
      <Rankings assessed={found} />
      <Thresholds assessed={found} />
      <Tuned assessed={found} />
      {found.isExample || !hasFiles.value ? <Found lines={found.lines} /> : null}
      <Unavailable assessed={found} />
    </div>
  );
}
