/** What an error message is made of: `what: expected X, got Y (where); try Z`. */
export interface ErrorDetails {
  /** The thing that is wrong, in the user's words: an argument, a file, a value of a graph. */
  readonly what: string;
  readonly expected?: string;
  readonly got?: string;
  /** The place: a file and offset, a node of a graph, an option of a command. */
  readonly where?: string;
  /** The way out. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Every error that Credence throws on purpose. `code` is stable; the message may improve. */
export class CredenceError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, details: ErrorDetails) {
    super(describe(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
  }
}

/** An option or argument that makes no sense: an unknown name, a number out of range. */
export class ConfigurationError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_CONFIGURATION', details);
  }
}

/** Arrays whose shapes or types do not fit each other. */
export class ShapeError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_SHAPE', details);
  }
}

/** A graph that is not well formed, or an operation that lacks what was asked of it (a shape rule, a derivative). */
export class GraphError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_GRAPH', details);
  }
}

/** Data that cannot be used: empty, one class only, NaN, a label out of range. */
export class DataError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_DATA', details);
  }
}

/** Bytes that are not what their format says: wrong magic, truncated, a size that does not add up. */
export class FormatError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_FORMAT', details);
  }
}

/** A file that cannot be read or written: missing, no permission, a full disk. */
export class FileError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_FILE', details);
  }
}

/** A download that no home of the data set could serve. */
export class DownloadError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_DOWNLOAD', details);
  }
}

/** A computation without a meaningful result: a matrix that is not positive definite, a loss that is not finite. */
export class NumericalError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_NUMERICAL', details);
  }
}

/** ONNX Runtime refused: a provider that is not there, a graph it cannot run, a failed run. */
export class RuntimeError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_RUNTIME', details);
  }
}

/** The user stopped the work. What was done is in the checkpoint that the hint names. */
export class InterruptedError extends CredenceError {
  constructor(details: ErrorDetails) {
    super('E_INTERRUPTED', details);
  }
}

function describe({ what, expected, got, where, hint }: ErrorDetails): string {
  let message = what;
  if (expected !== undefined) message += `: expected ${expected}`;
  if (got !== undefined) message += expected === undefined ? `: got ${got}` : `, got ${got}`;
  if (where !== undefined) message += ` (${where})`;
  if (hint !== undefined) message += `; ${hint}`;
  return message;
}
