import { ConfigurationError, FormatError } from '../errors/index.js';
import { decodeSafetensors, encodeSafetensors } from '../formats/index.js';
import { packParameters, unpackParameters } from '../graph/index.js';
import type { FlatLayout, TensorType } from '../graph/index.js';
import { tensor } from '../tensor/index.js';
import type { Tensor } from '../tensor/index.js';
import type { RunSettings } from './run-settings.js';
import type { TrainingState } from './state.js';
import { slotName } from './step.js';
import { checkTensors, typesOf } from './weights.js';

/** Names in the file: tensors `<parameter>`, `slot/<slot>/<parameter>` and `losses`; texts `step` and `setting.<name>`. */
const LOSSES = 'losses';
const STEP = 'step';
const SETTING = 'setting.';
const VERSION_NAME = 'credence.checkpoint';
const VERSION = '1';

/**
 * A state of training as the bytes of a safetensors file: the parameters by name, which other tools read, and beside them the
 * optimiser's slots, the losses so far and the run's settings.
 * @throws ConfigurationError when a parameter has a name that the file needs for itself.
 */
export function encodeCheckpoint(
  layout: FlatLayout,
  { step, parameters, slots, losses }: TrainingState,
  settings: RunSettings,
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const put = (name: string, value: Tensor): void => {
    if (tensors.has(name)) {
      throw new ConfigurationError({
        what: 'checkpoint: name of a parameter',
        expected: `none of the checkpoint's own (${LOSSES}, ${slotName('...')})`,
        got: `'${name}'`,
      });
    }
    tensors.set(name, value);
  };
  for (const [name, value] of unpackParameters(layout, parameters)) put(name, value);
  settings.slots.forEach((slot, i) => {
    for (const [name, value] of unpackParameters(layout, slots[i]!)) put(`${slotName(slot)}/${name}`, value);
  });
  put(LOSSES, tensor('float32', [losses.length], losses));
  const metadata: Record<string, string> = { [VERSION_NAME]: VERSION, [STEP]: `${step}` };
  for (const [name, value] of Object.entries(settings.values)) metadata[`${SETTING}${name}`] = value;
  return encodeSafetensors({ tensors, metadata });
}

/**
 * The state in a checkpoint, for `from` of `train`. `layout` and `settings`: those of the run that goes on. `where`: what
 * the messages call the source, a path.
 * @throws FormatError when the bytes are no checkpoint; ConfigurationError naming each setting that differs; ShapeError
 * listing every tensor that is missing, extra or misshapen; DataError when a number is not finite.
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  layout: FlatLayout,
  settings: RunSettings,
  { where = 'checkpoint' }: { where?: string } = {},
): TrainingState {
  const { tensors, metadata } = decodeSafetensors(bytes, { where });
  const step = stepOf(metadata, where);
  const differences = differencesOf(metadata, settings);
  // Of another network the shapes say more than a checksum does.
  const other = differences.filter(([name]) => name !== 'objective');
  if (other.length > 0) throw differentSettings(other, where);
  const expected = new Map<string, TensorType>([
    ...typesOf(layout),
    ...settings.slots.flatMap((slot) => [...typesOf(layout, `${slotName(slot)}/`)]),
    [LOSSES, { dtype: 'float32', shape: [step] }],
  ]);
  checkTensors('checkpoint', expected, tensors, where);
  if (differences.length > 0) throw differentSettings(differences, where);
  const flat = (prefix: string): Float32Array =>
    packParameters(
      layout,
      new Map(layout.pieces.map(({ name }) => [name, tensors.get(`${prefix}${name}`)!])),
    );
  return {
    step,
    parameters: flat(''),
    slots: settings.slots.map((slot) => flat(`${slotName(slot)}/`)),
    losses: (tensors.get(LOSSES) as Tensor<'float32'>).data.slice(),
  };
}

type Metadata = Readonly<Record<string, string>>;

function stepOf(metadata: Metadata, where: string): number {
  const [version, step = ''] = [metadata[VERSION_NAME], metadata[STEP]];
  if (version !== VERSION) {
    const got = version === undefined ? 'a file without its mark' : `version ${version}`;
    throw new FormatError({
      what: 'checkpoint',
      expected: `one of Credence, version ${VERSION}`,
      got,
      where,
    });
  }
  if (!/^\d+$/.test(step) || !Number.isSafeInteger(Number(step))) {
    throw new FormatError({ what: 'checkpoint: step', expected: 'an integer', got: `'${step}'`, where });
  }
  return Number(step);
}

type Difference = readonly [name: string, file: string | undefined, run: string | undefined];

function differencesOf(metadata: Metadata, { values }: RunSettings): Difference[] {
  const names = Object.keys(metadata)
    .filter((name) => name.startsWith(SETTING))
    .map((name) => name.slice(SETTING.length));
  return [...new Set([...names, ...Object.keys(values)])]
    .map((name): Difference => [name, metadata[`${SETTING}${name}`], values[name]])
    .filter(([, file, run]) => file !== run);
}

function differentSettings(differences: readonly Difference[], where: string): ConfigurationError {
  const list = (i: 1 | 2): string =>
    differences.map((difference) => `${difference[0]} ${difference[i] ?? '(none)'}`).join(', ');
  return new ConfigurationError({
    what: 'checkpoint: settings',
    expected: list(2),
    got: list(1),
    where,
    hint: 'go on with the settings that it was made with, or begin anew',
  });
}
