export { restart, run, TaskError } from './client.js';
export type { RunOptions } from './client.js';
export { ComputedWith } from './computed-with.js';
export type { ComputedWithProps } from './computed-with.js';
export { canThread, chooseThreads, threads, wantsThreads } from './threads.js';
export { useTask } from './use-task.js';
export type { TaskState } from './use-task.js';
