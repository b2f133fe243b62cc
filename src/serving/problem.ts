import { CredenceError } from '../errors/index.js';
import type { ErrorDetails } from '../errors/index.js';

/** What a client, or the load, does that has no other class of error. */
export type RequestProblem =
  | 'not-found'
  | 'method'
  | 'not-acceptable'
  | 'slow-body'
  | 'too-large'
  | 'media-type'
  | 'cancelled'
  | 'overloaded'
  | 'timeout';

const PROBLEMS: Readonly<Record<RequestProblem, readonly [status: number, code: string]>> = {
  'not-found': [404, 'E_REQUEST'],
  method: [405, 'E_REQUEST'],
  'not-acceptable': [406, 'E_REQUEST'],
  'slow-body': [408, 'E_TIMEOUT'],
  'too-large': [413, 'E_REQUEST'],
  'media-type': [415, 'E_REQUEST'],
  // The client has gone: only the metrics see it.
  cancelled: [499, 'E_REQUEST'],
  overloaded: [503, 'E_OVERLOADED'],
  timeout: [504, 'E_TIMEOUT'],
};

/** A request that is not answered with a prediction, for a reason that lies in HTTP or in the load. */
export class RequestError extends CredenceError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    problem: RequestProblem,
    details: ErrorDetails,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const [status, code] = PROBLEMS[problem];
    super(code, details);
    this.status = status;
    this.headers = headers;
  }
}

/** A problem document of RFC 9457 with the code of the error. */
export interface Problem {
  /** 'about:blank': the title is that of the status. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** The way out. */
  readonly hint?: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Well formed or not: what cannot be read is 400, what is read and cannot be used 422. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  E_FORMAT: 400,
  E_SHAPE: 422,
  E_DATA: 422,
  E_CONFIGURATION: 400,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** How an error is told to a client. What is no fault of the request says nothing of the inside. */
export function problemOf(error: unknown): {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (error instanceof RequestError) {
    return { problem: problemFor(error.status, error), headers: error.headers };
  }
  const [code, status] =
    error instanceof CredenceError ? [error.code, STATUS_OF_CODE[error.code] ?? 500] : ['E_INTERNAL', 500];
  if (error instanceof CredenceError && status < 500)
    return { problem: problemFor(status, error), headers: {} };
  const message = 'the request could not be answered; the log of the service says why';
  return { problem: problemFor(status, { code, message }), headers: {} };
}

/** A problem document of a status. */
export function problemFor(
  status: number,
  { code, message, hint }: { code: string; message: string; hint?: string | undefined },
): Problem {
  const end = `; ${hint}`;
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: hint !== undefined && message.endsWith(end) ? message.slice(0, -end.length) : message,
    code,
    ...(hint !== undefined && { hint }),
  };
}
