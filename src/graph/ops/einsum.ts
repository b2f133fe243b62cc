import { GraphError, ShapeError } from '../../errors/index.js';
import { expandLike } from './adjoints.js';
import { unsqueeze } from '../functions/shaping.js';
import { required, textAttribute } from '../operation.js';
import type { Operation } from '../operation.js';
import { formatShape, text } from '../types.js';
import type { Attributes, Dim, Shape, Value } from '../types.js';
import { checkTypes, differ } from './inference.js';
import { at, buildArray, indices } from './reference-arrays.js';

/** The letters of a value's axes. */
type Term = readonly string[];

interface Equation {
  /** By input. */
  readonly terms: readonly Term[];
  readonly result: Term;
}

/** Einsum with one letter an axis: 'bij,bjk->bik'. Without '->', the letters that stand once, sorted. */
export const einsumOperation: Operation = {
  op: 'Einsum',
  infer: ({ inputs, attributes }) => {
    const equation = textAttribute(attributes, 'equation', '');
    // An ellipsis is left to the runtime.
    if (equation.includes('.')) return [undefined];
    const values = inputs.map((_, i) => required(inputs, i));
    checkTypes('Einsum', values);
    const { terms, result } = parse(
      attributes,
      values.map((value) => value.shape),
    );
    const sizes = sizesOf(
      terms,
      values.map((value) => value.shape),
    );
    return [{ dtype: required(values, 0).dtype, shape: result.map((letter) => sizes.get(letter)!) }];
  },
  evaluate: ({ inputs, attributes }) => {
    const values = inputs.map((_, i) => required(inputs, i));
    const shapes = values.map((value) => value.shape);
    const { terms, result } = parse(attributes, shapes);
    const sizes = sizesOf(terms, shapes);
    const summed = [...sizes.keys()].filter((letter) => !result.includes(letter));
    const sizeOf = (letter: string): number => Number(sizes.get(letter));
    return [
      buildArray(values[0]!.dtype, result.map(sizeOf), (index) => {
        const place = new Map(result.map((letter, axis) => [letter, index[axis]!]));
        let total = 0;
        for (const inner of indices(summed.map(sizeOf))) {
          summed.forEach((letter, i) => place.set(letter, inner[i]!));
          const factors = values.map((value, i) =>
            at(
              value,
              terms[i]!.map((letter) => place.get(letter)!),
            ),
          );
          total += factors.reduce((product, factor) => product * factor, 1);
        }
        return total;
      }),
    ];
  },
  gradient: ({ inputs, adjoints, attributes, wanted }) => {
    const values = inputs.map((_, i) => required(inputs, i));
    const { terms, result } = parse(
      attributes,
      values.map((value) => value.shape),
    );
    if ([...terms, result].some((term) => new Set(term).size !== term.length)) {
      throw new GraphError({
        what: 'derivative of Einsum',
        expected: 'each letter once a term',
        got: 'a diagonal',
      });
    }
    return values.map((value, i) =>
      wanted[i] ? byTerm(values, terms, result, adjoints[0]!, value, i) : undefined,
    );
  },
};

/** The adjoint takes the place of the term; letters that stand in that term alone were summed, so it is repeated over them. */
function byTerm(
  values: readonly Value[],
  terms: readonly Term[],
  result: Term,
  adjoint: Value,
  value: Value,
  i: number,
): Value {
  const others = terms.toSpliced(i, 1);
  const reachable = terms[i]!.filter(
    (letter) => result.includes(letter) || others.some((term) => term.includes(letter)),
  );
  const equation = `${[result, ...others].map((term) => term.join('')).join(',')}->${reachable.join('')}`;
  const product = value.builder.apply('Einsum', [adjoint, ...values.toSpliced(i, 1)], {
    equation: text(equation),
  })[0]!;
  const alone = terms[i]!.flatMap((letter, axis) => (reachable.includes(letter) ? [] : [axis]));
  return alone.length === 0 ? product : expandLike(unsqueeze(product, alone), value);
}

function parse(attributes: Attributes, shapes: readonly Shape[]): Equation {
  const equation = textAttribute(attributes, 'equation', '').replaceAll(' ', '');
  const [left, right] = equation.split('->') as [string, string | undefined];
  const terms = left.split(',').map((term) => term.split(''));
  const letters = terms.flat();
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  const result = right?.split('') ?? once.toSorted();
  const fits =
    /^[A-Za-z,]*$/.test(left) &&
    terms.length === shapes.length &&
    terms.every((term, i) => term.length === shapes[i]!.length) &&
    result.every((letter) => letters.includes(letter));
  if (fits) return { terms, result };
  throw new ShapeError({
    what: `Einsum '${equation}'`,
    expected: 'a letter for each axis of each input',
    got: shapes.map(formatShape).join(', '),
  });
}

function sizesOf(terms: readonly Term[], shapes: readonly Shape[]): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  terms.forEach((term, i) => {
    term.forEach((letter, axis) => {
      const [known, dim] = [sizes.get(letter), shapes[i]![axis]!];
      if (differ(known, dim)) {
        throw new ShapeError({ what: `Einsum: axis '${letter}'`, expected: `size ${known}`, got: `${dim}` });
      }
      if (known === undefined || typeof dim === 'number') sizes.set(letter, dim);
    });
  });
  return sizes;
}
