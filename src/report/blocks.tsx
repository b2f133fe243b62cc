import type { ComponentChildren, JSX } from 'preact';
import { Claim } from './claim.js';
import type { ClaimView } from './claim.js';

export interface QuestionProps {
  /** What the practical asks. */
  readonly asked: ComponentChildren;
  /** What the published report answered. Default: nothing. */
  readonly said?: ComponentChildren;
  /** In order. Default: none. */
  readonly claims?: readonly ClaimView[];
  /** What is right instead, beyond the corrections of the claims. Default: nothing. */
  readonly correction?: ComponentChildren;
  /** Figures, tables and words between what was said and the verdicts. */
  readonly children?: ComponentChildren;
}

/** One question of the practical: what is asked, what the report said, what this run shows, verdicts, the correction. */
export function Question({ asked, said, claims = [], correction, children }: QuestionProps): JSX.Element {
  return (
    <div class="question">
      <dl class="exchange">
        <dt>What is asked</dt>
        <dd>{asked}</dd>
        {said === undefined ? null : <dt>What the report said</dt>}
        {said === undefined ? null : <dd>{said}</dd>}
      </dl>
      {children}
      {claims.map((claim) => (
        <Claim key={claim.id} claim={claim} />
      ))}
      {correction === undefined ? null : (
        <Note>
          <p>
            <strong>Correction.</strong> {correction}
          </p>
        </Note>
      )}
    </div>
  );
}

/** Words apart from the text: a condition, a difference, what was shortened. */
export function Note({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="note">{children}</div>;
}

/** 'How to reproduce this': a command with a button that copies it. */
export function Command({ command }: { readonly command: string }): JSX.Element {
  return (
    <div class="command">
      <pre>
        <code>{command}</code>
      </pre>
      <button type="button" data-copy hidden>
        Copy
      </button>
    </div>
  );
}
