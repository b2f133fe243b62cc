export { restart, run, TaskError } from './client.js';
export type { RunOptions } from './client.js';
export { canThread, chooseThreads, threads, wantsThreads } from './threads.js';
export { useTask } from './use-task.js';
export type { TaskState } from './use-task.js';
