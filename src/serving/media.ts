import { JSON_TYPE } from './decode.js';
import { RequestError } from './problem.js';

export const NPZ_TYPE = 'application/x-npz';
export const METRICS_TYPE = 'text/plain';

export type AnswerType = 'application/json' | 'application/x-npz';
const OFFERED: readonly AnswerType[] = [JSON_TYPE, NPZ_TYPE];

/**
 * What an answer is written as: of what the header `accept` names, that of the highest quality, JSON before
 * .npz.
 *
 * Source: RFC 9110, section 12.5.1.
 * @throws RequestError when it takes neither.
 */
export function answerType(accept: string | undefined): AnswerType {
  if (accept === undefined || accept.trim() === '') return JSON_TYPE;
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, quality: quality === undefined ? 1 : Number(quality) };
  });
  const qualityOf = (offered: string): number => {
    const matching = [offered, 'application/*', '*/*'].map((type) => ranges.find((own) => own.type === type));
    return matching.find((range) => range !== undefined)?.quality ?? 0;
  };
  const [best] = OFFERED.map((type) => ({ type, quality: qualityOf(type) })).toSorted(
    (a, b) => b.quality - a.quality,
  );
  if (best !== undefined && best.quality > 0) return best.type;
  throw new RequestError('not-acceptable', {
    what: 'header accept',
    expected: OFFERED.join(' or '),
    got: `'${accept.slice(0, 100)}'`,
  });
}
