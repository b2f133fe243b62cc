/**
 * The computations of each panel, loaded by the worker when the first of them is asked for. A panel's module exports
 * `tasks`, an object of functions of the type `Task`.
 */
export const panels = {
  week1: () => import('../week1/tasks.js'),
  week2: () => import('../week2/tasks.js'),
  week3: () => import('../week3/tasks.js'),
  'your-model': () => import('../your-model/tasks.js'),
};
