// What stands for an assessment, where wasm and WebGPU are measured.
import { prune } from 'credence/graph';
import type { Graph } from 'credence/graph';
import { openSession, rowsOfRun, runRows } from 'credence/runtime';
import { softmaxRows, valuesGraph } from 'credence/scores';
import type { Logits } from 'credence/scores';
import { firstRows } from 'credence/sources';
import { elementCount } from 'credence/tensor';
import type { Workload } from '../compute/trial.js';
import type { Opened } from './data.js';
import { ASSESSMENT } from './model.js';

/** Of the inputs that are measured: a hundred digits, six photographs. */
const MEASURED = { inputs: 100, elements: 2 ** 20 };
/** Logits are taken for no larger. */
const LARGEST_LOGIT = 30;

/** The network on the first inputs of the validation set, whose probabilities are compared. */
export async function assessmentWorkload({ model, validation }: Opened, threads: number): Promise<Workload> {
  const values = valuesGraph(model.classifier);
  const [logits = ''] = values.outputs;
  const graph = prune({ ...values, outputs: [logits] });
  const elements = elementCount(validation.shape);
  const most = Math.max(1, Math.min(MEASURED.inputs, Math.floor(MEASURED.elements / elements)));
  const rows = await firstRows(validation, Math.min(most, rowsOfRun(graph, most)));
  const inputs = rows.shape[0]!;
  return {
    name: ASSESSMENT,
    // One of the same size is as fast, whatever its weights.
    of: `${model.name}, ${model.bytes.length} bytes`,
    unit: `for ${inputs} ${inputs === 1 ? 'input' : 'inputs'}`,
    tolerance: toleranceOf(graph),
    async open(provider) {
      const session = await openSession(graph, { provider, threads });
      return {
        async run() {
          const made = await runRows(session, rows, { where: validation.name });
          return softmaxRows(made[logits] as Logits);
        },
        close: () => session.close(),
      };
    },
  };
}

/**
 * Rounding changes what a path through sums of n terms comes to by 4 sqrt(n) 2^-24 of itself, a logit by so much of its size, and a
 * probability, at most 1, by the factor exp of twice that.
 */
function toleranceOf(graph: Graph): number {
  return Math.expm1(2 * LARGEST_LOGIT * 4 * Math.sqrt(termsOf(graph)) * 2 ** -24);
}

/** Terms of the sums on a path, at most: of each product with weights what it sums over. */
function termsOf({ nodes, constants }: Graph): number {
  let terms = 1;
  for (const { op, inputs } of nodes) {
    const shape = constants.get(inputs[1] ?? '')?.shape;
    if (shape === undefined) continue;
    if (op === 'Conv') terms += elementCount(shape.slice(1));
    else if (op === 'Gemm' || op === 'MatMul') terms += Math.max(...shape);
  }
  return terms;
}
