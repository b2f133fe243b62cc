import type { JSX } from 'preact';
import { formatNumber } from './format.js';
import { typeset } from './typeset.js';

/** How a statement fared against the numbers. */
export type VerdictView = 'holds' | 'fails' | 'depends';

export interface EvidenceView {
  readonly label: string;
  readonly value: number;
  readonly unit?: string;
  readonly expected?: string;
}

/** A statement, its verdict, and the numbers that it rests on. */
export interface ClaimView {
  /** Its anchor is made of it. */
  readonly id: string;
  readonly question: string;
  readonly statement: string;
  readonly verdict: VerdictView;
  readonly dependsOn?: string;
  readonly evidence: readonly EvidenceView[];
  readonly correction?: string;
}

const words: Readonly<Record<VerdictView, string>> = { holds: 'Holds', fails: 'Fails', depends: 'Depends' };

/** A tick, a cross and a half-filled disc: not told apart by colour alone. */
const signs: Readonly<Record<VerdictView, JSX.Element>> = {
  holds: <path d="M2 9l4 4 8-10" fill="none" stroke="currentColor" stroke-width="3" />,
  fails: <path d="M3 3l10 10M13 3L3 13" fill="none" stroke="currentColor" stroke-width="3" />,
  depends: (
    <g>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
    </g>
  ),
};

export function VerdictBadge({ verdict }: { readonly verdict: VerdictView }): JSX.Element {
  return (
    <span class={`badge ${verdict}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {signs[verdict]}
      </svg>
      {words[verdict]}
    </span>
  );
}

/** A claim with its evidence, what it depends on, and its correction. */
export function Claim({ claim }: { readonly claim: ClaimView }): JSX.Element {
  const { id, statement, verdict, dependsOn, evidence, correction } = claim;
  return (
    <section class={`claim ${verdict}`} id={claimAnchor(id)} aria-label={`Claim: ${typeset(statement)}`}>
      <p>
        <VerdictBadge verdict={verdict} /> <span class="statement">{typeset(statement)}</span>
      </p>
      {dependsOn === undefined ? null : <p>It depends on {typeset(dependsOn)}.</p>}
      {evidence.length === 0 ? null : <EvidenceTable evidence={evidence} />}
      {correction === undefined ? null : (
        <div class="note">
          <p>
            <strong>Correction.</strong> {typeset(correction)}
          </p>
        </div>
      )}
    </section>
  );
}

function EvidenceTable({ evidence }: { readonly evidence: readonly EvidenceView[] }): JSX.Element {
  const units = evidence.some(({ unit }) => unit !== undefined);
  const expectations = evidence.some(({ expected }) => expected !== undefined);
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">Measured in this run</th>
            <th scope="col" class="number">
              Value
            </th>
            {units ? <th scope="col">Unit</th> : null}
            {expectations ? <th scope="col">Expected</th> : null}
          </tr>
        </thead>
        <tbody>
          {evidence.map(({ label, value, unit, expected }) => (
            <tr key={label}>
              <th scope="row">{typeset(label)}</th>
              <td class="number">{formatNumber(value)}</td>
              {units ? <td>{unit ?? ''}</td> : null}
              {expectations ? <td>{typeset(expected ?? '')}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** All claims in a table: question, statement with a link, verdict. */
export function ClaimSummary({ claims }: { readonly claims: readonly ClaimView[] }): JSX.Element {
  return (
    <div class="table">
      <table>
        <caption>{counts(claims)}</caption>
        <thead>
          <tr>
            <th scope="col">Question</th>
            <th scope="col">Statement</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {claims.map(({ id, question, statement, verdict }) => (
            <tr key={id}>
              <td class="question-name">{question}</td>
              <td>
                <a href={`#${claimAnchor(id)}`}>{typeset(statement)}</a>
              </td>
              <td>
                <VerdictBadge verdict={verdict} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** '12 claims: 9 hold, 1 fails, 2 depend on a condition.' */
function counts(claims: readonly ClaimView[]): string {
  const counted = (count: number, one: string, many: string): string =>
    `${count} ${count === 1 ? one : many}`;
  const of = (verdict: VerdictView): number => claims.filter((claim) => claim.verdict === verdict).length;
  return (
    `${counted(claims.length, 'claim', 'claims')}: ${counted(of('holds'), 'holds', 'hold')}, ` +
    `${counted(of('fails'), 'fails', 'fail')}, ${counted(of('depends'), 'depends', 'depend')} on a condition.`
  );
}

/** The anchor of a claim in the page. */
export function claimAnchor(id: string): string {
  return `claim-${id.replace(/[^\w.-]+/g, '-')}`;
}
