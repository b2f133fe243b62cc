import { z } from 'zod';
import { JSON_TYPE, NPY_TYPE, RAW_TYPE, SHAPE_HEADER } from './decode.js';
import { METRICS_TYPE, NPZ_TYPE } from './media.js';
import type { ServedModel } from './model.js';
import { PROBLEM_TYPE } from './problem.js';
import {
  modelSchema,
  predictRequestSchema,
  predictResponseSchema,
  problemSchema,
  stateSchema,
} from './schemas.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const SCHEMAS = {
  PredictRequest: predictRequestSchema,
  PredictResponse: predictResponseSchema,
  Model: modelSchema,
  State: stateSchema,
  Problem: problemSchema,
};

/** What each status means, where it does not mean the same everywhere. */
const PROBLEMS: Readonly<Record<string, string>> = {
  400: 'The body is not what its content type says.',
  406: 'None of the media types of the answer is accepted.',
  408: 'The body did not arrive in time.',
  413: 'The body, or the number of examples, is larger than the service takes.',
  415: 'Another content type.',
  422: 'Inputs that the model does not take: a shape, a number that is not finite.',
  500: 'The model failed.',
  503: 'The queue is full; the header retry-after says when to try again.',
  504: 'The answer was not there in time.',
};

/** The OpenAPI 3.1 description of a service. */
export function openApiDocument({ name, input }: ServedModel, { version }: { version: string }): Json {
  const shape = input.shape.slice(1).map((size) => (typeof size === 'number' ? size : 1));
  const size = shape.reduce((product, own) => product * own, 1);
  const example = { inputs: { shape: [1, ...shape], data: Array.from({ length: size }, () => 0) } };
  const tensor: Json = { schema: { type: 'string', format: 'binary' } };
  const get = (summary: string, responses: Json): Json => ({ get: { summary, responses } });
  return {
    openapi: '3.1.0',
    info: {
      title: `credence serve: ${name}`,
      version,
      description: `Predictions, calibrated probabilities and scores of '${name}'. GET /v1/model says how to read them.`,
    },
    paths: {
      '/v1/predict': {
        post: {
          summary: 'Predictions for a batch of examples',
          parameters: [
            {
              name: 'preprocess',
              in: 'query',
              required: false,
              description:
                'true: the service does to each example what was done to those that the export was fitted on.',
              schema: { type: 'string', enum: ['true', 'false'], default: 'false' },
            },
            {
              name: SHAPE_HEADER,
              in: 'header',
              required: false,
              description: `Of a body of ${RAW_TYPE}: sizes with commas between them, such as 2,1,28,28.`,
              schema: { type: 'string' },
            },
          ],
          requestBody: {
            required: true,
            content: {
              [JSON_TYPE]: { schema: ref('PredictRequest'), ...(size <= 100 && { example }) },
              [RAW_TYPE]: tensor,
              [NPY_TYPE]: tensor,
            },
          },
          responses: {
            200: {
              description: 'A prediction for each example, in their order.',
              content: { [JSON_TYPE]: { schema: ref('PredictResponse') }, [NPZ_TYPE]: tensor },
            },
            ...Object.fromEntries(
              Object.entries(PROBLEMS).map(([status, description]) => [status, problem(description)]),
            ),
          },
        },
      },
      '/v1/model': get('What was fitted, on what, and how to read it', {
        200: answer('The model.', 'Model'),
      }),
      '/healthz': get('Whether the process lives', { 200: answer('It does.', 'State') }),
      '/readyz': get('Whether requests should be sent here', {
        200: answer('They should.', 'State'),
        503: answer('The service is stopping.', 'State'),
      }),
      '/metrics': get('Counters for Prometheus', {
        200: { description: 'Text format.', content: { [METRICS_TYPE]: { schema: { type: 'string' } } } },
      }),
      '/openapi.json': get('This description', {
        200: { description: 'OpenAPI 3.1.', content: { [JSON_TYPE]: { schema: { type: 'object' } } } },
      }),
    },
    components: {
      schemas: Object.fromEntries(
        Object.entries(SCHEMAS).map(([key, schema]) => {
          const { $schema: _, ...own } = z.toJSONSchema(schema) as { readonly [key: string]: Json };
          return [key, own];
        }),
      ),
    },
  };
}

function ref(name: keyof typeof SCHEMAS): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function answer(description: string, name: keyof typeof SCHEMAS): Json {
  return { description, content: { [JSON_TYPE]: { schema: ref(name) } } };
}

function problem(description: string): Json {
  return { description, content: { [PROBLEM_TYPE]: { schema: ref('Problem') } } };
}
