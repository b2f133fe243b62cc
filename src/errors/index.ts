export { didYouMean } from './suggest.js';
export {
  ConfigurationError,
  CredenceError,
  DataError,
  DownloadError,
  FileError,
  FormatError,
  GraphError,
  InterruptedError,
  NumericalError,
  RuntimeError,
  ShapeError,
} from './errors.js';
export type { ErrorDetails } from './errors.js';
