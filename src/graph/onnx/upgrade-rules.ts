import { FormatError } from '../../errors/index.js';
import { numbersIn } from '../elements.js';
import { intAttribute, intsAttribute, textAttribute } from '../operation.js';
import { int, text } from '../types.js';
import type { Attribute, Node } from '../types.js';
import { newNode, without } from './upgrade-context.js';
import type { UpgradeContext, UpgradeRule } from './upgrade-context.js';

interface Upgrade {
  /** The opset in which the operation got the form that the rule writes. */
  readonly before: number;
  readonly rule: UpgradeRule;
}

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare'
  .split(' ')
  .map((name) => `Reduce${name}`);

const upgrades: ReadonlyMap<string, readonly Upgrade[]> = new Map<string, readonly Upgrade[]>([
  ...['Squeeze', 'Unsqueeze', 'ReduceSum'].map((op) => [op, [{ before: 13, rule: axesToInput }]] as const),
  ...reductions.map((op) => [op, [{ before: 18, rule: axesToInput }]] as const),
  ...['Softmax', 'LogSoftmax', 'Hardmax'].map((op) => [op, [{ before: 13, rule: flattenedAxes }]] as const),
  ['BatchNormalization', [{ before: 14, rule: evaluationMode }]],
  ['Clip', [{ before: 11, rule: boundsToInputs }]],
  ['Dropout', [{ before: 12, rule: ratioToInput }]],
  ['Pad', [{ before: 11, rule: padsToInputs }]],
  [
    'Resize',
    [
      { before: 11, rule: simpleResize },
      { before: 18, rule: withoutEmptyInputs },
    ],
  ],
  ['RoiAlign', [{ before: 16, rule: withoutHalfPixels }]],
  ['Scatter', [{ before: 18, rule: (node) => [{ ...node, op: 'ScatterElements' }] }]],
  ['Slice', [{ before: 10, rule: rangesToInputs }]],
  ['Split', [{ before: 18, rule: sizesToInput }]],
  ['TopK', [{ before: 10, rule: countToInput }]],
  ['Upsample', [{ before: 18, rule: upsampleToResize }]],
]);

/** What brings an operation of this opset to opset 18; undefined where its form is still the same. */
export function upgradeRule(op: string, opset: number): UpgradeRule | undefined {
  return upgrades.get(op)?.find(({ before }) => opset < before)?.rule;
}

function axesToInput(node: Node, context: UpgradeContext): Node[] {
  const axes = intsAttribute(node.attributes, 'axes');
  const attributes = without(node.attributes, 'axes');
  if (axes === undefined) return [{ ...node, attributes }];
  return [{ ...node, attributes, inputs: [node.inputs[0]!, context.list(`${node.outputs[0]}/axes`, axes)] }];
}

/** Once, all axes from `axis` on were one. */
function flattenedAxes(node: Node, context: UpgradeContext): Node[] {
  const [x, output] = [node.inputs[0] ?? '', node.outputs[0] ?? ''];
  const rank = context.typeOf(x)?.shape.length;
  const axis = intAttribute(node.attributes, 'axis', 1);
  if (rank !== undefined && (axis === rank - 1 || axis === -1))
    return [{ ...node, attributes: { axis: int(-1) } }];
  const [flat, done, shape] = ['flat', 'done', 'shape'].map((name) =>
    context.name(`${node.outputs[0]}/${name}`),
  ) as [string, string, string];
  return [
    newNode('Flatten', [x], flat, { axis: int(axis) }),
    newNode(node.op, [flat], done, { axis: int(-1) }),
    newNode('Shape', [x], shape),
    { ...newNode('Reshape', [done, shape], output, { allowzero: int(1) }), name: node.name },
  ];
}

/** The outputs beyond the first are those of training. */
function evaluationMode(node: Node, context: UpgradeContext): Node[] {
  const [output, ...others] = node.outputs;
  const training = others.some((name) => name !== '' && context.isRead(name));
  if (training || intAttribute(node.attributes, 'spatial', 1) !== 1) {
    throw new FormatError({
      what: `BatchNormalization '${node.name}'`,
      expected: 'evaluation mode, by channel',
      got: training ? 'training mode' : 'spatial 0',
      hint: 'export the model in evaluation mode',
    });
  }
  return [{ ...node, outputs: [output!], attributes: without(node.attributes, 'spatial', 'momentum') }];
}

function boundsToInputs(node: Node, context: UpgradeContext): Node[] {
  const bounds = ['min', 'max'].map((name) => scalarInput(node, name, node.attributes[name], context));
  const inputs = [node.inputs[0]!, ...bounds.map((bound) => bound?.value ?? '')];
  return [...bounds.flatMap((bound) => bound?.nodes ?? []), { ...node, inputs, attributes: {} }];
}

function ratioToInput(node: Node, context: UpgradeContext): Node[] {
  const ratio = node.attributes['ratio']?.type === 'float' ? node.attributes['ratio'].value : 0.5;
  const [output, mask] = node.outputs;
  const outputs = mask !== undefined && mask !== '' && context.isRead(mask) ? [output!, mask] : [output!];
  const inputs = [node.inputs[0]!, context.constant(`${node.outputs[0]}/ratio`, 'float32', [], [ratio])];
  return [{ ...node, inputs, outputs, attributes: {} }];
}

function padsToInputs(node: Node, context: UpgradeContext): Node[] {
  const pads = intsAttribute(node.attributes, 'pads') ?? [];
  const fill = node.attributes['value'];
  const constant =
    fill?.type === 'float' && fill.value !== 0 ? scalarInput(node, 'value', fill, context) : undefined;
  const inputs = [node.inputs[0]!, context.list(`${node.outputs[0]}/pads`, pads)];
  if (constant !== undefined) inputs.push(constant.value);
  return [
    ...(constant?.nodes ?? []),
    { ...node, inputs, attributes: without(node.attributes, 'pads', 'value') },
  ];
}

/** A float attribute as a scalar of the type of the node's first input. */
function scalarInput(
  node: Node,
  name: string,
  attribute: Attribute | undefined,
  context: UpgradeContext,
): { value: string; nodes: Node[] } | undefined {
  if (attribute?.type !== 'float') return undefined;
  const dtype = context.typeOf(node.inputs[0]!)?.dtype;
  const constant = context.constant(`${node.outputs[0]}/${name}`, dtype ?? 'float32', [], [attribute.value]);
  if (dtype !== undefined) return { value: constant, nodes: [] };
  const value = context.name(`${node.outputs[0]}/${name}/cast`);
  return { value, nodes: [newNode('CastLike', [constant, node.inputs[0]!], value)] };
}

function rangesToInputs(node: Node, context: UpgradeContext): Node[] {
  const lists = ['starts', 'ends', 'axes'].map((name) => ({
    name,
    numbers: intsAttribute(node.attributes, name),
  }));
  const inputs = lists.flatMap(({ name, numbers }) =>
    numbers === undefined ? [] : [context.list(`${node.outputs[0]}/${name}`, numbers)],
  );
  return [{ ...node, inputs: [node.inputs[0]!, ...inputs], attributes: {} }];
}

function sizesToInput(node: Node, context: UpgradeContext): Node[] {
  if (node.inputs[1]) return [node];
  const sizes = intsAttribute(node.attributes, 'split');
  const attributes = without(node.attributes, 'split');
  if (sizes === undefined) {
    return [{ ...node, attributes: { ...attributes, num_outputs: int(node.outputs.length) } }];
  }
  return [
    { ...node, attributes, inputs: [node.inputs[0]!, context.list(`${node.outputs[0]}/split`, sizes)] },
  ];
}

function countToInput(node: Node, context: UpgradeContext): Node[] {
  const count = context.list(`${node.outputs[0]}/k`, [intAttribute(node.attributes, 'k', 1)]);
  return [{ ...node, inputs: [node.inputs[0]!, count], attributes: without(node.attributes, 'k') }];
}

function upsampleToResize(node: Node, context: UpgradeContext): Node[] {
  const attribute = node.attributes['scales'];
  const scales =
    attribute?.type === 'floats'
      ? context.constant(`${node.outputs[0]}/scales`, 'float32', [attribute.value.length], attribute.value)
      : (node.inputs[1] ?? '');
  return simpleResize({ ...node, op: 'Resize', inputs: [node.inputs[0]!, scales] }, context);
}

/** Before opset 11 positions were divided by the scale, and rounded down, or up where the image shrank. */
function simpleResize(node: Node, context: UpgradeContext): Node[] {
  const scales = context.constantOf(node.inputs[1]!);
  const changes = scales === undefined ? [] : [...numbersIn(scales)].filter((scale) => scale !== 1);
  const shrinks = changes.some((scale) => scale < 1);
  const nearest = textAttribute(node.attributes, 'mode', 'nearest') === 'nearest';
  if (nearest && shrinks && changes.some((scale) => scale > 1)) {
    throw new FormatError({
      what: `Resize '${node.name}' of opset ${context.opset}`,
      expected: 'all axes to grow, or all to shrink',
      got: `scales ${changes.join(', ')}`,
    });
  }
  const mode = nearest ? 'nearest' : 'linear';
  const attributes = {
    mode: text(mode),
    coordinate_transformation_mode: text('asymmetric'),
    ...(nearest && { nearest_mode: text(shrinks ? 'ceil' : 'floor') }),
  };
  return [{ ...node, inputs: [node.inputs[0]!, '', node.inputs[1]!], attributes }];
}

/** Opsets 11 and 12 wrote an empty tensor for what is not given. */
function withoutEmptyInputs(node: Node, context: UpgradeContext): Node[] {
  const inputs = node.inputs.map((name) => (context.constantOf(name)?.data.length === 0 ? '' : name));
  return [{ ...node, inputs }];
}

function withoutHalfPixels(node: Node): Node[] {
  const mode = text('output_half_pixel');
  return [{ ...node, attributes: { coordinate_transformation_mode: mode, ...node.attributes } }];
}
