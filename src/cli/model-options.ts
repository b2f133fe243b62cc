import { Option } from 'commander';
import type { Command } from 'commander';
import { ConfigurationError, didYouMean } from '../errors/index.js';
import type { AcceptRule } from '../export/index.js';
import { inspectClassifier } from '../inspection/index.js';
import type { Classifier, InspectedClassifier } from '../inspection/index.js';
import type { Graph } from '../graph/index.js';
import { missing, scoreNamed, scores as allScores } from '../scores/index.js';
import type { Score } from '../scores/index.js';
import type { SourceOptions } from '../sources/index.js';

/** What is to be taken for what, of a model and of data, where they do not tell by themselves. */
export interface NamingFlags {
  readonly logits?: string;
  readonly probabilities?: string;
  readonly link?: 'sigmoid';
  readonly features?: string;
  readonly inputs?: string;
  readonly labels?: string;
  readonly delimiter?: string;
  readonly preprocess?: string;
}

export function addNamingOptions(command: Command): Command {
  return command
    .option('--logits <value>', 'the value of the model that is the logits, if it is not found')
    .option('--probabilities <value>', 'or the value that is the probabilities')
    .addOption(
      new Option(
        '--link <name>',
        'sigmoid: the logits are one column, of the second of two classes',
      ).argParser(sigmoid),
    )
    .option('--features <value>', 'the value that is the features')
    .option('--inputs <names>', 'the array of a .npz, or the columns of a table, that are the inputs')
    .option('--labels <name>', 'the array, column or file that is the labels')
    .option(
      '--delimiter <character>',
      "between the fields of a CSV: ';', or tab (default: a comma)",
      delimiterOf,
    )
    .option(
      '--preprocess <fields>',
      "what is done to each example: 'scale=1/255,mean=0.13,std=0.31,resize=28x28', crop, grayscale, layout; or a JSON file",
    );
}

/** A model and what scores need to know of it. */
export function classifierOf(
  model: Graph,
  { logits, probabilities, link, features }: NamingFlags,
): { found: InspectedClassifier; classifier: Classifier } {
  const found = inspectClassifier(model, {
    ...(logits !== undefined && { logits }),
    ...(probabilities !== undefined && { probabilities }),
    ...(link !== undefined && { link }),
    ...(features !== undefined && { features }),
  });
  return { found, classifier: found };
}

/** How a source is read for a model's input; `labels: false`: none but those that are named. */
export function sourceOptions(
  input: Graph['inputs'][number],
  { inputs, labels, delimiter, preprocess }: NamingFlags,
  { labelled, classes }: { labelled: boolean; classes?: readonly string[] | number | undefined },
): SourceOptions {
  const names = inputs?.split(',').map((name) => name.trim());
  const own = labels ?? (labelled ? undefined : (false as const));
  return {
    shape: input.shape.slice(1),
    ...(names !== undefined && { inputs: names.length === 1 ? names[0]! : names }),
    ...(own !== undefined && { labels: own }),
    ...(delimiter !== undefined && { delimiter }),
    ...(preprocess !== undefined && { preprocess }),
    ...(classes !== undefined && { classes }),
  };
}

function sigmoid(text: string): 'sigmoid' {
  if (text === 'sigmoid') return text;
  throw new ConfigurationError({ what: '--link', expected: 'sigmoid', got: `'${text}'` });
}

function delimiterOf(text: string): string {
  return text === 'tab' || text === String.raw`\t` ? '\t' : text;
}

export function scoresOption(): Option {
  const names = allScores.map(({ name }) => name);
  return new Option('--scores <list>', `of ${names.join(', ')}; all: those that the model allows`);
}

/**
 * The scores of a list, or with 'all' those that the classifier has all for.
 * @throws ConfigurationError on an unknown name or one that is there twice.
 */
export function scoresFor(list: string, classifier: Classifier): readonly Score[] {
  if (list.trim() === 'all') return allScores.filter((score) => missing(score, classifier) === undefined);
  return scoreNames(list).map((name) => scoreNamed(name));
}

/** The names of a list. @throws ConfigurationError on one that is there twice. */
export function scoreNames(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new ConfigurationError({ what: '--scores', expected: 'each once', got: `'${twice}' twice` });
  }
  return names;
}

/** 'mcp=0.1'. @throws ConfigurationError */
export function acceptRule(text: string, names: readonly string[]): AcceptRule {
  const [, score, number = ''] = /^([^=]+)=(.*)$/.exec(text.trim()) ?? [];
  const threshold = Number(number);
  if (score === undefined || number.trim() === '' || !Number.isFinite(threshold)) {
    const expected = 'SCORE=NUMBER, such as mcp=0.1';
    throw new ConfigurationError({ what: '--accept', expected, got: `'${text}'` });
  }
  if (names.includes(score)) return { score, threshold };
  const near = didYouMean(score, names);
  throw new ConfigurationError({
    what: '--accept',
    expected: `a score of --scores (${names.join(', ')})`,
    got: `'${score}'`,
    ...(near !== undefined && { hint: `did you mean '${near}'?` }),
  });
}
