import { z } from 'zod';
import { ConfigurationError, didYouMean } from '../errors/index.js';

/** The axes of a batch of images: N images, C channels, H rows, W columns. */
export type ImageLayout = 'nchw' | 'nhwc';

/**
 * What is done to every example, in this order: grayscale, resize, crop, `(x * scale - mean) / std`, layout.
 * Bytes of 0 to 255 stay so until `scale`.
 */
export interface Preprocess {
  /** RGB becomes one channel, by ITU-R 601 luma; bytes are rounded, as in Pillow. */
  readonly grayscale?: boolean | undefined;
  /**
   * [height, width], or the shorter side, whose ratio to the other is kept. Bilinear, over pixel centres, with a wider filter
   * when it shrinks (antialiased); bytes are rounded: as in Pillow and torchvision.
   */
  readonly resize?: number | readonly [number, number] | undefined;
  /** [height, width] or the side of a square: the centre is kept. */
  readonly crop?: number | readonly [number, number] | undefined;
  /** 1 unless given. */
  readonly scale?: number | undefined;
  /** One for all, or one for each channel of an image or feature of a row; 0 unless given. */
  readonly mean?: number | readonly number[] | undefined;
  /** As `mean`, above 0; 1 unless given. */
  readonly std?: number | readonly number[] | undefined;
  /** Of the result. Unless given: 'nchw' for image files, as it is stored for arrays. */
  readonly layout?: ImageLayout | undefined;
  /** Of arrays (N, ., ., .) in files. Unless given: seen from where the 1, 3 or 4 channels are. */
  readonly storedLayout?: ImageLayout | undefined;
}

const size = z.int().positive();
const sides = z.union([size, z.tuple([size, size])]);
const layout = z.enum(['nchw', 'nhwc']);
const fraction = z
  .string()
  .regex(/^1\/\d*[1-9]\d*$/)
  .transform((text) => 1 / Number(text.slice(2)));

const schema = z.strictObject({
  grayscale: z.boolean().optional(),
  resize: sides.optional(),
  crop: sides.optional(),
  scale: z.union([z.number(), fraction]).optional(),
  mean: z.union([z.number(), z.array(z.number()).min(1)]).optional(),
  std: z.union([z.number().positive(), z.array(z.number().positive()).min(1)]).optional(),
  layout: layout.optional(),
  storedLayout: layout.optional(),
});

const EXPECTED: Readonly<Record<keyof Preprocess, string>> = {
  grayscale: 'true or false',
  resize: 'a positive integer (the shorter side) or [height, width]',
  crop: 'a positive integer or [height, width]',
  scale: "a number or a text '1/n'",
  mean: 'a number or a list of numbers',
  std: 'a number above 0 or a list of them',
  layout: "'nchw' or 'nhwc'",
  storedLayout: "'nchw' or 'nhwc'",
};

/**
 * The preprocessing that a value describes, such as the content of a JSON file, where `scale` may be a text '1/255'.
 * @throws ConfigurationError naming the first field that is unknown or makes no sense.
 */
export function parsePreprocess(
  value: unknown,
  { where = 'preprocess' }: { where?: string } = {},
): Preprocess {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = Object.keys(EXPECTED);
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const key = issue.keys[0] ?? '';
      const near = didYouMean(key, fields);
      throw new ConfigurationError({
        what: 'preprocess',
        expected: `fields of ${fields.join(', ')}`,
        got: `'${key}'`,
        where,
        ...(near !== undefined && { hint: `did you mean '${near}'?` }),
      });
    }
    const field = String(issue.path[0] ?? '');
    if (!isField(field)) continue;
    const got: unknown = (value as Readonly<Record<string, unknown>>)[field];
    throw new ConfigurationError({
      what: `preprocess: ${field}`,
      expected: EXPECTED[field],
      got: JSON.stringify(got),
      where,
    });
  }
  throw new ConfigurationError({
    what: 'preprocess',
    expected: 'an object',
    got: JSON.stringify(value),
    where,
  });
}

function isField(name: string): name is keyof Preprocess {
  return Object.hasOwn(EXPECTED, name);
}
