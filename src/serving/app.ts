import { Hono } from 'hono';
import type { Context } from 'hono';
import { FormatError } from '../errors/index.js';
import type { Batcher } from './batcher.js';
import { decodeInputs, JSON_TYPE, SHAPE_HEADER } from './decode.js';
import { describeModel } from './describe.js';
import { predictionJson, predictionNpz } from './encode.js';
import { answerType } from './media.js';
import type { ServiceMetrics } from './metrics.js';
import type { ServedModel } from './model.js';
import { openApiDocument } from './openapi.js';
import { readPredictions } from './predictions.js';
import { PROBLEM_TYPE, problemOf, RequestError } from './problem.js';
import type { ServiceLimits } from './schemas.js';

/** The bytes of a request's body, and how to give back the memory that they were counted for. */
export interface ReceivedBody {
  readonly bytes: Uint8Array;
  release(): void;
}

export interface ServiceParts {
  readonly model: ServedModel;
  readonly batcher: Pick<Batcher, 'submit'>;
  readonly metrics: ServiceMetrics;
  readonly limits: ServiceLimits;
  readonly version: string;
  /**
   * @throws RequestError on a body that is too large, or where there is no room for it; the signal's reason.
   */
  readonly readBody: (context: Context, signal: AbortSignal) => Promise<ReceivedBody>;
  readonly isDraining: () => boolean;
  /** Whether no run can begin, since none of those that have begun ends. */
  readonly isStuck?: () => boolean;
  /** Gets what is no fault of a request. */
  readonly onFailure: (error: unknown) => void;
}

/** The preprocessing may make so many bytes of one: a float32 of a byte, and images that grow. */
const EXPANSION = 4;

/** The routes of a service. Nothing that a request holds makes it throw. */
export function createApp(parts: ServiceParts): Hono {
  const { model, metrics, limits, version } = parts;
  const description = JSON.stringify(describeModel(model, limits));
  const openApi = JSON.stringify(openApiDocument(model, { version }));
  const json = (text: string, status = 200): Response =>
    new Response(text, { status, headers: { 'content-type': JSON_TYPE } });

  const app = new Hono();
  app.use(async (context, next) => {
    const started = performance.now();
    await next();
    if (parts.isDraining()) context.header('connection', 'close');
    const { status } = context.res;
    metrics.request(routeOf(context.req.path), status, (performance.now() - started) / 1000);
  });
  const routes: Readonly<Record<string, readonly ['GET' | 'POST', (context: Context) => Promise<Response>]>> =
    {
      '/v1/predict': ['POST', (context) => predict(context, parts)],
      '/v1/model': ['GET', async () => json(description)],
      '/openapi.json': ['GET', async () => json(openApi)],
      '/healthz': ['GET', async () => json('{"status":"live"}')],
      '/readyz': [
        'GET',
        async () => {
          if (parts.isDraining()) return json('{"status":"draining"}', 503);
          return parts.isStuck?.() === true ? json('{"status":"stuck"}', 503) : json('{"status":"ready"}');
        },
      ],
      '/metrics': [
        'GET',
        async () => {
          const { contentType, text } = await metrics.text();
          return new Response(text, { headers: { 'content-type': contentType } });
        },
      ],
    };
  const routeOf = (path: string): string => (Object.hasOwn(routes, path) ? path : 'other');
  for (const [path, [method, handle]] of Object.entries(routes)) {
    app.on(method, path, handle);
    app.all(path, (context) => {
      const allow = method === 'GET' ? 'GET, HEAD' : method;
      throw new RequestError(
        'method',
        { what: path, expected: allow, got: context.req.method.slice(0, 20) },
        { allow },
      );
    });
  }
  app.notFound((context) => {
    const known = Object.keys(routes).join(', ');
    return failed(
      new RequestError('not-found', {
        what: 'path',
        expected: `one of ${known}`,
        got: `'${context.req.path.slice(0, 100)}'`,
      }),
      parts,
    );
  });
  app.onError((error) => failed(error, parts));
  return app;
}

function failed(error: unknown, { onFailure }: ServiceParts): Response {
  const { problem, headers } = problemOf(error);
  if (problem.status === 500) onFailure(error);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': PROBLEM_TYPE, ...headers },
  });
}

async function predict(context: Context, parts: ServiceParts): Promise<Response> {
  const { model, batcher, metrics, limits } = parts;
  const type = answerType(context.req.header('accept'));
  const encoding = context.req.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new RequestError('media-type', {
      what: 'header content-encoding',
      expected: 'identity',
      got: `'${encoding.slice(0, 60)}'`,
    });
  }
  const isStored = wantsPreprocessing(context.req.query('preprocess'));
  const deadline = new Deadline(context.req.raw.signal, limits.timeout);
  let body: ReceivedBody | undefined;
  try {
    body = await parts.readBody(context, deadline.signal);
    const inputs = decodeInputs(
      {
        contentType: context.req.header('content-type'),
        shape: context.req.header(SHAPE_HEADER),
        bytes: body.bytes,
      },
      model.input,
      isStored || model.preprocess !== undefined
        ? { preprocess: model.preprocess ?? {}, most: EXPANSION * limits.maxBody, asked: isStored }
        : undefined,
    );
    deadline.isReceived = true;
    const outputs = await batcher.submit(inputs, { signal: deadline.signal });
    const predictions = readPredictions(model, outputs);
    metrics.predictions(predictions);
    const content =
      type === JSON_TYPE
        ? JSON.stringify(predictionJson(predictions, model.classes))
        : new Uint8Array(predictionNpz(predictions));
    return new Response(content, { headers: { 'content-type': type } });
  } finally {
    body?.release();
    deadline.clear();
  }
}

function wantsPreprocessing(value: string | undefined): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  const got = `'${value.slice(0, 60)}'`;
  throw new FormatError({ what: 'query parameter preprocess', expected: 'true or false', got });
}

/** Ends a request after a time, or when its client has gone. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  /** Whether the body was there. */
  isReceived = false;

  constructor(client: AbortSignal, milliseconds: number) {
    this.#timer = setTimeout(() => this.#controller.abort(this.#late(milliseconds)), milliseconds);
    const cancel = (): void =>
      this.#controller.abort(new RequestError('cancelled', { what: 'request', got: 'a client that left' }));
    if (client.aborted) cancel();
    else client.addEventListener('abort', cancel, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #late(milliseconds: number): RequestError {
    if (this.isReceived) {
      return new RequestError('timeout', {
        what: 'answer',
        expected: `within ${milliseconds} ms`,
        got: 'none',
        hint: 'send fewer examples, or start the service with a larger --timeout',
      });
    }
    return new RequestError('slow-body', {
      what: 'request body',
      expected: `all of it within ${milliseconds} ms`,
      got: 'a part',
    });
  }
}
