import type { Context } from '../context.js';
import type { Section } from '../report/section.js';

/** A group of measurements that can be asked for by name. */
export type Suite = (context: Context) => Promise<readonly Section[]>;
