import { Trust } from '../export/index.js';
import type { TrustOptions } from '../export/index.js';
import type { AssessmentFindings } from './results.js';

/** What was found about a classifier. */
export interface Assessment {
  readonly findings: AssessmentFindings;
  /** What figures are drawn from: of each score, its values on the measured examples. */
  readonly measured: {
    readonly scores: ReadonlyMap<string, Float32Array>;
    readonly errors: readonly boolean[];
    readonly ood: Readonly<Record<string, ReadonlyMap<string, Float32Array>>>;
  };
}

/** A classifier with its fitted scores, the recommended rule, and what was found about it. */
export class AssessedTrust extends Trust implements Assessment {
  readonly findings: Assessment['findings'];
  readonly measured: Assessment['measured'];

  constructor(trust: Trust, { findings, measured }: Assessment, options: TrustOptions = {}) {
    super(trust.graph, trust.description, options);
    this.findings = findings;
    this.measured = measured;
  }
}
