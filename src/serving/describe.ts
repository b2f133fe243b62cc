import type { ServedModel } from './model.js';
import type { ModelDescription, ServiceLimits } from './schemas.js';

/** What was fitted, on what, and how to read it. */
export function describeModel(model: ServedModel, limits: ServiceLimits): ModelDescription {
  const { trust, input, classes, preprocess } = model;
  return {
    name: model.name,
    input: {
      name: input.name,
      dtype: input.dtype,
      shape: input.shape,
      ...(preprocess !== undefined && { preprocess }),
    },
    ...(classes !== undefined && { classes }),
    exported: trust.date,
    model: trust.model,
    data: trust.data.map(({ role, name, sha256, examples }) => ({ role, name, sha256, examples })),
    outputs: trust.outputs.map((output) => {
      const { kind, unit, direction, settings } = output;
      const common = { kind, unit, direction, settings };
      switch (output.kind) {
        case 'probabilities':
          return { field: 'probabilities', ...common };
        case 'score': {
          const { score, title, fittedOn } = output;
          return { field: `scores.${score}`, title, fittedOn, ...common };
        }
        case 'accept':
          return { field: 'accept', score: output.score, threshold: output.threshold, ...common };
      }
    }),
    limits,
  };
}
