export { choice, flag, integer, number, numberOf, optional, rows, SPEEDS } from './parameters.js';
export type { Parameter } from './parameters.js';
export {
  currentAddress,
  followAddress,
  openPanel,
  panelHref,
  panelState,
  problems,
  shownPanel,
} from './panel-state.js';
export type { PanelState } from './panel-state.js';
