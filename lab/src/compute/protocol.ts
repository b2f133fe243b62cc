import type { Computing } from './choose.js';
import type { panels } from './panels.js';
import type { Choice, Setting } from './provider.js';
import type { Task } from './task.js';

type Panels = typeof panels;
export type PanelName = keyof Panels;
type TasksOf<P extends PanelName> = Awaited<ReturnType<Panels[P]>>['tasks'];
export type TaskName<P extends PanelName> = keyof TasksOf<P> & string;

export type InputOf<P extends PanelName, T extends TaskName<P>> =
  TasksOf<P>[T] extends Task<infer Input, infer _Output> ? Input : never;
export type OutputOf<P extends PanelName, T extends TaskName<P>> = TasksOf<P>[T] extends (
  ...args: never
) => infer Output
  ? Awaited<Output>
  : never;
export type ProgressOf<P extends PanelName, T extends TaskName<P>> = TasksOf<P>[T] extends (
  input: never,
  context: infer Context,
) => unknown
  ? Context extends { report(progress: infer Progress): void }
    ? Progress
    : never
  : never;

/** From the page to the worker. */
export type Request =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly panel: string;
      readonly task: string;
      readonly input: unknown;
      readonly computing: Computing;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** From the worker to the page. */
export type Reply =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly kind: 'measure'; readonly workload: string | undefined }
  | { readonly kind: 'choice'; readonly choice: Choice; readonly setting: Setting }
  | { readonly kind: 'result'; readonly id: number; readonly output: unknown }
  | {
      readonly kind: 'error';
      readonly id: number;
      readonly message: string;
      readonly code: string | undefined;
    };
