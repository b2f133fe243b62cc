// The scores of the practical, as the page names and draws them.

export type ScoreName =
  | 'mcp'
  | 'mcDropout.entropy'
  | 'mcDropout.mutualInformation'
  | 'mcDropout.variationRatio'
  | 'confidnet'
  | 'odin';

export type TaskName = 'failure' | 'ood';

export interface ScoreEntry {
  readonly name: ScoreName;
  readonly title: string;
  /** In a narrow table, under a heading that says of what. */
  readonly brief: string;
  readonly unit: string;
  /** Of the logarithmic axis that its distribution is drawn on; what is below is counted in the first bin. */
  readonly domain: readonly [number, number];
}

export const SCORES: readonly ScoreEntry[] = [
  { name: 'mcp', title: 'MCP', brief: 'MCP', unit: 'probability', domain: [1e-8, 1] },
  {
    name: 'mcDropout.entropy',
    title: 'MC dropout, entropy',
    brief: 'Entropy',
    unit: 'nats',
    domain: [1e-4, 3],
  },
  {
    name: 'mcDropout.mutualInformation',
    title: 'MC dropout, mutual information',
    brief: 'Mutual information',
    unit: 'nats',
    domain: [1e-4, 2],
  },
  {
    name: 'mcDropout.variationRatio',
    title: 'MC dropout, variation ratio',
    brief: 'Variation ratio',
    unit: 'share',
    domain: [0.005, 1],
  },
  { name: 'confidnet', title: 'ConfidNet', brief: 'ConfidNet', unit: 'probability', domain: [1e-7, 1] },
  { name: 'odin', title: 'ODIN', brief: 'ODIN', unit: 'probability', domain: [0.01, 1] },
];

export const SCORE_NAMES: readonly ScoreName[] = SCORES.map(({ name }) => name);

/** ConfidNet is not measured on strangers, ODIN not on failures: so are the practical's figures 14 and 15. */
export const SCORES_OF: Readonly<Record<TaskName, readonly ScoreName[]>> = {
  failure: SCORE_NAMES.filter((name) => name !== 'odin'),
  ood: SCORE_NAMES.filter((name) => name !== 'confidnet'),
};

export function scoreEntry(wanted: ScoreName): ScoreEntry {
  return SCORES.find(({ name }) => name === wanted)!;
}

/** The class of a score's line, the same in every chart; ConfidNet and ODIN are never in one. */
export function markOf(name: ScoreName): string {
  return `mark-series-${MARKS[name]}`;
}

const MARKS: Readonly<Record<ScoreName, number>> = {
  mcp: 0,
  confidnet: 1,
  odin: 1,
  'mcDropout.entropy': 2,
  'mcDropout.mutualInformation': 3,
  'mcDropout.variationRatio': 4,
};
