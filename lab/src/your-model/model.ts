// What page and worker say to each other.
import type { AssessmentFindings, Drawing } from 'credence/assessment';
import type { ImageGridData, ReliabilityPanel, RiskCoverageData } from 'credence/figures';
import type { GivenFile } from 'credence/sources';

/** What is measured on wasm and on WebGPU. */
export const ASSESSMENT = 'assessment';

/** What the reader takes for what in the graph, as text; empty: as it is found. */
export interface Choices {
  readonly input: string;
  readonly logits: string;
  readonly probabilities: string;
  readonly features: string;
  readonly link: 'found' | 'softmax' | 'sigmoid';
  /** Rate of a Dropout layer to insert; 0: none. */
  readonly dropout: number;
  /** Names of the classes, separated by commas. */
  readonly classes: string;
}

/** How all data sets are read; texts as they were typed. */
export interface Reading {
  readonly inputs: string;
  readonly labels: string;
  /** '1/255'. */
  readonly scale: string;
  /** Numbers, separated by commas. */
  readonly mean: string;
  readonly std: string;
  /** '28' or '28,28': height, width. */
  readonly resize: string;
  /** As `resize`. */
  readonly crop: string;
  readonly grayscale: boolean;
  readonly layout: 'stored' | 'nchw' | 'nhwc';
  readonly storedLayout: 'seen' | 'nchw' | 'nhwc';
}

export interface NamedFiles {
  readonly name: string;
  readonly files: readonly GivenFile[];
}

export interface InspectInput {
  readonly model: readonly GivenFile[];
  readonly choices: Choices;
}

/** What was found in a model: names and what they are. */
export interface Inspected {
  readonly lines: readonly (readonly [name: string, found: string])[];
  readonly inputs: readonly string[];
  /** Names of floating-point values (N, ...) that logits or features may be, the last of the graph first. */
  readonly values: readonly string[];
}

export interface LookInput {
  readonly files: readonly GivenFile[];
  readonly reading: Reading;
  readonly labelled: boolean;
}

export interface Look {
  /** Undefined where all has to be read to know it. */
  readonly count: number | undefined;
  readonly shape: readonly number[];
  readonly labelled: boolean;
  readonly classes: number | undefined;
}

export interface AssessInput {
  /** Undefined: the built-in example. */
  readonly given: GivenData | undefined;
  readonly risk: number;
  readonly confidence: number;
  readonly seed: number;
  /** Whether the score that trains a network of its own is among them: minutes in a browser. */
  readonly confidnet: boolean;
}

export interface GivenData {
  readonly model: readonly GivenFile[];
  readonly validation: readonly GivenFile[];
  readonly test: readonly GivenFile[] | undefined;
  readonly train: readonly GivenFile[] | undefined;
  readonly ood: readonly NamedFiles[];
  /** What settings are chosen by; never measured on. */
  readonly tuneOod: readonly NamedFiles[];
  readonly choices: Choices;
  readonly reading: Reading;
}

export interface AssessProgress {
  readonly phase: string;
  /** Of this phase, of [0, 1]; undefined where it has only begun. */
  readonly share: number | undefined;
  readonly detail: string;
}

/** What figures are drawn from, on the page and where they are saved. */
export interface Drawings {
  readonly reliability: Drawing<readonly ReliabilityPanel[]>;
  readonly riskCoverage: Drawing<RiskCoverageData>;
  /** The examples of `findings.samples`, where they look like images. */
  readonly suspicious: Drawing<ImageGridData> | undefined;
  readonly overconfident: Drawing<ImageGridData> | undefined;
}

export interface Assessed {
  readonly isExample: boolean;
  readonly model: string;
  readonly lines: Inspected['lines'];
  readonly classNames: readonly string[] | undefined;
  readonly findings: AssessmentFindings;
  readonly risk: number;
  readonly confidence: number;
  readonly drawings: Drawings;
  /** The ONNX file with the scores inside. */
  readonly trust: Uint8Array;
  /** The content of results.json. */
  readonly results: string;
  readonly seconds: number;
}
