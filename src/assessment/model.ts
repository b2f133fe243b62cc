import { decodeOnnx } from '../graph/index.js';
import { insertDropout, inspectClassifier } from '../inspection/index.js';
import type { ClassifierOverrides, InspectedClassifier } from '../inspection/index.js';

/** A classifier: of `inspectClassifier`, or the bytes of an ONNX file. */
export type Model = InspectedClassifier | Uint8Array;

/** @throws FormatError, GraphError, ConfigurationError: see `decodeOnnx`, `inspectClassifier`, `insertDropout`. */
export function classifierOf(
  model: Model,
  { overrides = {}, dropout }: { overrides?: ClassifierOverrides; dropout?: number | undefined } = {},
): InspectedClassifier {
  const found = model instanceof Uint8Array ? inspectClassifier(decodeOnnx(model), overrides) : model;
  return dropout === undefined ? found : insertDropout(found, dropout);
}
