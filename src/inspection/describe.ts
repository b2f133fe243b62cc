import { formatShape, formatType } from '../graph/index.js';
import type { InspectedClassifier } from './types.js';

/** What was found in a model, as lines of text: what is what, and which scores work. */
export function describeClassifier(classifier: InspectedClassifier): string {
  const {
    graph,
    input,
    logits,
    probabilities,
    cut,
    classes,
    classNames,
    features,
    dropout,
    batchNorms,
    batch,
  } = classifier;
  const rows: [string, string][] = [
    ['model', `${graph.name}, ${graph.nodes.length} operations, opset ${graph.opset}`],
    ['input', `${input.name}: ${formatType(input)}`],
    ['batch', batch === 'dynamic' ? 'any size' : `${batch} ${batch === 1 ? 'row' : 'rows'} a run`],
    [
      'logits',
      `${logits}: ${formatShape(graph.types.get(logits)?.shape ?? [])}${cut.length > 0 ? `, behind it ${cut.toReversed().join(', ')}` : ''}`,
    ],
    ['probabilities', probabilities ?? 'none: the softmax of the logits'],
    ['classes', classNames === undefined ? `${classes}` : `${classes}: ${listed(classNames, 10)}`],
    [
      'features',
      features === undefined
        ? 'none found'
        : `${features}: ${formatShape(graph.types.get(features)?.shape ?? [])}`,
    ],
    [
      'dropout',
      dropout.length === 0
        ? 'none'
        : listed(dropout.map(({ name, rate }) => `${name} (${rate.toPrecision(3)})`)),
    ],
    ['batch-norm', batchNorms.length === 0 ? 'none' : listed(batchNorms)],
    ['derivative', derivativeLine(classifier)],
    ['scores', scoresLine(classifier)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
  return [...lines, ...classifier.notes.map((note) => `${'note'.padEnd(width)}  ${note}`)].join('\n');
}

function derivativeLine({ missing, differentiableInput }: InspectedClassifier): string {
  if (differentiableInput === undefined) return 'none: the input is not in floating point';
  if (missing.length === 0) return 'known for every operation';
  const [first] = missing;
  const ops = missing.map(({ op, nodes }) => (nodes.length > 1 ? `${op} (${nodes.length})` : op));
  const name = first?.nodes[0];
  return `missing for ${listed(ops, 8)}: ${first?.reason} ${first?.op}${name === undefined ? '' : ` '${name}'`}`;
}

function scoresLine({ supports }: InspectedClassifier): string {
  const kinds: readonly (readonly [keyof InspectedClassifier['supports'], string])[] = [
    ['logits', 'on logits (MCP, margin, energy, temperature)'],
    ['features', 'on features (Mahalanobis, KNN, trust score, ConfidNet)'],
    ['lastLayer', 'on the last layer (Laplace, ViM)'],
    ['inputGradient', 'by the gradient of the input (ODIN)'],
    ['dropout', 'by MC dropout'],
  ];
  const [works, fails] = [true, false].map((wanted) =>
    kinds.filter(([kind]) => supports[kind] === wanted).map(([, text]) => text),
  );
  return `${works!.join('; ')}${fails!.length > 0 ? `. Not ${fails!.join('; ')}` : ''}`;
}

function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown}, ... (${names.length})` : shown;
}
