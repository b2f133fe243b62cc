import { GraphError } from '../errors/index.js';
import type { Graph } from './types.js';

/** The names of all values of a graph. */
export function namesOf({ inputs, constants, nodes }: Graph): Set<string> {
  const made = nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  return new Set([...inputs.map(({ name }) => name), ...constants.keys(), ...made]);
}

/** The names that are taken in a graph under construction, and the scope that new values are named in. */
export class Names {
  readonly #graph: string;
  readonly #taken: Set<string>;
  #scope = '';

  constructor(graph: string, taken: Iterable<string> = []) {
    this.#graph = graph;
    this.#taken = new Set(taken);
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** The name within the scope. */
  scoped(name: string): string {
    return this.#scope === '' ? name : `${this.#scope}/${name}`;
  }

  /** Builds in a scope within the present one. */
  within<T>(scope: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = this.scoped(scope);
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** @throws GraphError when the name is empty, or taken. */
  claim(name: string): void {
    if (name === '' || this.#taken.has(name)) {
      throw new GraphError({ what: `graph '${this.#graph}': name`, expected: 'a new one', got: `'${name}'` });
    }
    this.#taken.add(name);
  }

  /** The name, with a number behind it where it is taken. */
  unique(base: string): string {
    let name = base;
    for (let i = 1; this.#taken.has(name); i++) name = `${base}:${i}`;
    this.#taken.add(name);
    return name;
  }

  /** What is built may take a name that is taken before and after. */
  lending<T>(name: string, build: () => T): T {
    this.#taken.delete(name);
    try {
      return build();
    } finally {
      this.#taken.add(name);
    }
  }
}
