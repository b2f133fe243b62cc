/**
 * `holds`: the numbers of this run agree with the statement. `fails`: they contradict it. `depends`: it is true under a
 * condition that the statement does not name (`dependsOn` names it).
 */
export type Verdict = 'holds' | 'fails' | 'depends';

/** One number of this run that speaks for or against a statement. */
export interface Evidence {
  /** What was measured, in words: 'predictive variance at the barycentre'. */
  readonly label: string;
  readonly value: number;
  /** 'nats', 'probability', 'digits of 10,000', ...; omitted for a pure number. */
  readonly unit?: string;
  /** What the statement, a closed form or the specification says it should be, in words and numbers. */
  readonly expected?: string;
}

/** A statement of the practical's report, held against the numbers of this run. */
export interface Claim {
  /** Stable, of the form 'week1/1.5/minimum-at-barycentre'. */
  readonly id: string;
  /** The practical's question: '1.5', 'II.1'. */
  readonly question: string;
  /** What is claimed, in one sentence. */
  readonly statement: string;
  readonly verdict: Verdict;
  /** The condition, where the verdict is 'depends'; goes on from 'It depends on'. */
  readonly dependsOn?: string;
  readonly evidence: readonly Evidence[];
  /** What is right instead, where the published statement or its material is mistaken. */
  readonly correction?: string;
}
