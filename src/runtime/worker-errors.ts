import {
  ConfigurationError,
  CredenceError,
  DataError,
  GraphError,
  NumericalError,
  RuntimeError,
  ShapeError,
} from '../errors/index.js';

/** An error on its way from a worker: its class does not survive the copy. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly hint: string | undefined;
}

const classes = { ConfigurationError, DataError, GraphError, NumericalError, RuntimeError, ShapeError };

export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { name: '', message: String(error), hint: undefined };
  return {
    name: error.name,
    message: error.message,
    hint: error instanceof CredenceError ? error.hint : undefined,
  };
}

/** The error as the calling thread would have thrown it. `what` was done says only what the library did not throw. */
export function reported({ name, message, hint }: ErrorReport, what: string): CredenceError {
  if (!isKnown(name)) return new RuntimeError({ what, got: message });
  if (hint === undefined) return new classes[name]({ what: message });
  return new classes[name]({ what: message.slice(0, -`; ${hint}`.length), hint });
}

function isKnown(name: string): name is keyof typeof classes {
  return Object.hasOwn(classes, name);
}
