import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  activateDropout,
  bindParameters,
  cutAtRandom,
  cutAtTrained,
  decodeOnnx,
  dropIdentities,
  dropoutLayers,
  encodeOnnx,
  evaluateReference,
  expose,
  flatLayout,
  flattenParameters,
  foldConstants,
  GraphBuilder,
  merge,
  packParameters,
  PARAMETERS,
  parametersOf,
  prune,
  referenceArray,
  removeDropout,
  shareCommon,
  unpackParameters,
} from '#credence/graph/index';
import type { Graph, ReferenceArray } from '#credence/graph/index';
import type { Tensor } from '#credence/tensor/index';
import { arbitraryGraph, feedsFor } from './random-graphs.js';

type Feeds = Readonly<Record<string, ReferenceArray>>;

/** The outputs, in order. */
function outputs(graph: Graph, feeds: Feeds): ReferenceArray[] {
  const values = evaluateReference(graph, feeds);
  return graph.outputs.map((name) => values.get(name)!);
}

/** The same graph, but for the order of properties. */
const plain = (graph: Graph): unknown => ({
  ...graph,
  constants: [...graph.constants.keys()],
  types: [...graph.types.keys()],
});

/** Another array with the same elements, but for parameters, which are themselves. */
function copyOf(graph: Graph, name: string, value: Tensor): Tensor {
  return graph.parameters.includes(name) ? value : { ...value, data: value.data.slice() };
}

const withDropout = arbitraryGraph().filter((graph) => dropoutLayers(graph).length > 0);

test('prune keeps the outputs, leaves nothing that is not needed, and does it at once', () => {
  fc.assert(
    fc.property(arbitraryGraph(), (graph) => {
      const pruned = prune(graph);
      expect(outputs(pruned, feedsFor(graph))).toEqual(outputs(graph, feedsFor(graph)));
      expect(plain(prune(pruned))).toEqual(plain(pruned));
      const read = new Set([...pruned.outputs, ...pruned.nodes.flatMap((node) => node.inputs)]);
      for (const node of pruned.nodes) expect(node.outputs.some((name) => read.has(name))).toBe(true);
      for (const name of pruned.constants.keys()) expect(read).toContain(name);
      expect(pruned.inputs.map(({ name }) => name)).toEqual(expect.arrayContaining(['x', 'z']));
      for (const { name } of prune(graph, { inputs: 'drop' }).inputs) expect(read).toContain(name);
    }),
  );
});

test('what is computed twice is computed once', () => {
  fc.assert(
    fc.property(arbitraryGraph(), (graph) => {
      const feeds = feedsFor(graph);
      const b = GraphBuilder.from(graph);
      const copies = b.append(
        {
          ...graph,
          constants: new Map([...graph.constants].map(([name, value]) => [name, copyOf(graph, name, value)])),
        },
        new Map(graph.inputs.map(({ name }) => [name, b.value(name)])),
      );
      const seconds = graph.outputs.map((name) => copies.get(name)!);
      const twice = b.build([...new Set([...graph.outputs, ...seconds])]);
      const shared = shareCommon(twice);
      expect(outputs(shared, feeds)).toEqual(outputs(twice, feeds));
      const dropouts = dropoutLayers(graph).length;
      // Outputs stay, for their names; dropout is never the same twice, nor what reads it.
      if (dropouts === 0)
        expect(shared.nodes.length).toBeLessThanOrEqual(prune(graph).nodes.length + graph.outputs.length);
      expect(plain(shareCommon(shared))).toEqual(plain(shared));
      expect(shared.parameters).toEqual(prune(twice).parameters);
    }),
  );
});

test('nodes that only look alike stay two', () => {
  const b = new GraphBuilder('alike');
  const x = b.input('x', 'float32', [2, 3]);
  const leaky = (slope: number): string =>
    b.apply('LeakyRelu', [x], { alpha: { type: 'float', value: slope } })[0]!.name;
  const scaled = (...values: number[]): string =>
    b.apply('Mul', [x, b.constant({ dtype: 'float32', shape: [1], data: Float32Array.from(values) })])[0]!
      .name;
  const names = [leaky(0.25), leaky(0.5), leaky(0), leaky(-0), scaled(0), scaled(-0), scaled(NaN), scaled(0)];
  const sum = names.reduce((a, c) => b.apply('Add', [b.value(a), b.value(c)])[0]!.name);
  const shared = shareCommon(b.build([sum]));
  const count = (op: string): number => shared.nodes.filter((node) => node.op === op).length;
  expect([count('LeakyRelu'), count('Mul')]).toEqual([4, 3]);
});

test('a graph that is cut at its random layers or its parameters is the trunk and the head, one after the other', () => {
  fc.assert(
    fc.property(arbitraryGraph(), fc.boolean(), fc.boolean(), (graph, active, trained) => {
      const whole = active && dropoutLayers(graph).length > 0 ? activateDropout(graph) : graph;
      const feeds = feedsFor(whole);
      const { trunk, head } = (trained ? cutAtTrained : cutAtRandom)(whole);
      expect(trunk.inputs.some(({ random }) => random !== undefined)).toBe(false);
      if (trained) expect(trunk.parameters).toEqual([]);
      const passed = Object.fromEntries(outputs(trunk, feeds).map((value, i) => [trunk.outputs[i]!, value]));
      expect(outputs(head, { ...feeds, ...passed })).toEqual(outputs(whole, feeds));
      for (const { name } of head.inputs) expect(name in passed || name in feeds).toBe(true);
      // What depends on an input and on nothing that varies is made once, in the trunk.
      const needed = new Set(prune(whole).nodes.map(({ name }) => name));
      const inHead = new Set(head.nodes.map(({ name }) => name));
      for (const { name } of trunk.nodes) expect(needed).toContain(name);
      for (const name of needed)
        expect(inHead.has(name) || trunk.nodes.some((node) => node.name === name)).toBe(true);
    }),
  );
});

test('folding keeps the outputs to a rounding of each constant, and leaves nothing that depends on constants alone', () => {
  fc.assert(
    fc.property(arbitraryGraph(), (graph) => {
      const folded = foldConstants(graph);
      const [before, after] = [outputs(graph, feedsFor(graph)), outputs(folded, feedsFor(graph))];
      after.forEach((value, i) => {
        const scale = before[i]!.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        expect(value.shape).toEqual(before[i]!.shape);
        // 12 steps at most, each of which doubles or squares what it gets: numbers of a few units.
        value.data.forEach((x, j) =>
          expect(Math.abs(x - before[i]!.data[j]!)).toBeLessThanOrEqual(2 ** -24 * 2 ** 12 * scale),
        );
      });
      expect(plain(foldConstants(folded))).toEqual(plain(folded));
      const fixed = (name: string): boolean =>
        folded.constants.has(name) && !folded.parameters.includes(name);
      for (const node of folded.nodes) {
        const isOutput = node.outputs.some((name) => folded.outputs.includes(name));
        expect(isOutput || !node.inputs.every(fixed)).toBe(true);
      }
      expect(folded.parameters.every((name) => graph.parameters.includes(name))).toBe(true);
    }),
  );
});

test('identities go, the outputs stay', () => {
  fc.assert(
    fc.property(arbitraryGraph(), (graph) => {
      const dropped = dropIdentities(graph);
      expect(outputs(dropped, feedsFor(graph))).toEqual(outputs(graph, feedsFor(graph)));
      expect(dropped.outputs).toEqual(graph.outputs);
    }),
  );
});

test('an exposed value is a further output, the others stay', () => {
  fc.assert(
    fc.property(arbitraryGraph(), fc.nat(), (graph, i) => {
      const inner = graph.nodes[i % graph.nodes.length]!.outputs[0]!;
      const exposed = expose(graph, inner, inner, graph.outputs[0]!);
      expect(exposed.outputs).toEqual([...new Set([...graph.outputs, inner])]);
      const values = evaluateReference(graph, feedsFor(graph));
      expect(outputs(exposed, feedsFor(graph))).toEqual(exposed.outputs.map((name) => values.get(name)));
    }),
  );
});

test('merging runs one graph behind the other', () => {
  fc.assert(
    fc.property(arbitraryGraph(), arbitraryGraph(), (first, second) => {
      const source = first.outputs[0]!;
      // A value of one row fits (N, 3) as well; parameters of one name would be one.
      const rows = first.types.get(source)!.shape[0];
      fc.pre(rows === 'N' && second.parameters.every((name) => !first.parameters.includes(name)));
      const merged = merge(first, second, { x: source });
      const feeds = feedsFor(first);
      const before = outputs(first, feeds);
      const expected = [...before, ...outputs(second, { ...feeds, x: before[0]! })];
      const got = outputs(merged, feeds);
      // What the second passes on as it is is one output.
      expect(got).toEqual(merged.outputs.length === expected.length ? expected : got);
      expect(got.slice(0, before.length)).toEqual(before);
    }),
  );
});

test('parameters as one vector give the same', () => {
  fc.assert(
    fc.property(
      arbitraryGraph().filter(({ parameters }) => parameters.length > 0),
      (graph) => {
        const layout = flatLayout(graph);
        const flat = packParameters(layout, parametersOf(graph));
        expect(unpackParameters(layout, flat)).toEqual(parametersOf(graph));
        const flattened = flattenParameters(graph);
        expect(flattened.parameters).toEqual([]);
        expect(flattened.outputs).toEqual(graph.outputs);
        const feeds = { ...feedsFor(graph), [PARAMETERS]: referenceArray('float32', [layout.size], flat) };
        expect(outputs(flattened, feeds)).toEqual(outputs(graph, feeds));
      },
    ),
  );
});

test('parameters bound by name are those that are read back, and nothing else changes', () => {
  fc.assert(
    fc.property(arbitraryGraph(), (graph) => {
      expect(plain(bindParameters(graph, parametersOf(graph)))).toEqual(plain(graph));
      const doubled = new Map(
        [...parametersOf(graph)].map(([name, value]) => [
          name,
          { ...value, data: Float32Array.from(value.data as Float32Array, (x) => 2 * x) },
        ]),
      );
      const bound = bindParameters(graph, doubled);
      expect(parametersOf(bound)).toEqual(doubled);
      expect(parametersOf(bindParameters(bound, parametersOf(graph)))).toEqual(parametersOf(graph));
      expect(bindParameters(graph, new Map(), { partial: true })).toEqual(graph);
    }),
  );
});

test('dropout: taken out it changes nothing, kept at all places and scaled back it changes nothing', () => {
  fc.assert(
    fc.property(withDropout, (graph) => {
      const feeds = feedsFor(graph);
      const removed = removeDropout(graph);
      expect(outputs(removed, feeds)).toEqual(outputs(graph, feeds));
      expect(removed.outputs).toEqual(graph.outputs);
      expect(dropoutLayers(removed)).toEqual([]);

      const active = activateDropout(graph);
      expect(active.outputs).toEqual(graph.outputs);
      expect(active.parameters).toEqual(graph.parameters);
      const masks = active.inputs.filter(({ random }) => random?.kind === 'bernoulli');
      expect(masks.map(({ name, random }) => [name, random])).toEqual(
        dropoutLayers(graph).map(({ name, rate }) => [
          `${name}/mask`,
          { kind: 'bernoulli', probability: 1 - rate },
        ]),
      );
      // A mask of 3 of 4 kept has the mean of 1: feeding 0.75 everywhere undoes the scale exactly.
      const kept = masks.map(({ name, shape }) => {
        const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : 2));
        return [name, referenceArray('float32', sizes, new Float64Array(sizes[0]! * sizes[1]!).fill(0.75))];
      });
      const values = outputs(active, { ...feeds, ...(Object.fromEntries(kept) as Feeds) });
      values.forEach((value, i) => {
        const expected = outputs(graph, feeds)[i]!;
        expect(value.shape).toEqual(expected.shape);
        // 1 / 0.75 is rounded to float32 in each layer.
        const scale = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        value.data.forEach((x, j) =>
          expect(Math.abs(x - expected.data[j]!)).toBeLessThanOrEqual(2 ** -24 * 2 ** 12 * scale),
        );
      });
    }),
  );
});

test('what is encoded and decoded gives the same', () => {
  fc.assert(
    fc.property(arbitraryGraph(), (graph) => {
      const decoded = decodeOnnx(encodeOnnx(graph));
      expect(outputs(decoded, feedsFor(graph))).toEqual(outputs(graph, feedsFor(graph)));
      expect(encodeOnnx(decoded)).toEqual(encodeOnnx(graph));
    }),
  );
});
