export { predictionsOf, probabilitiesOf } from './predictions.js';
export { appendTemperature, fitTemperature } from './temperature.js';
export type { TemperatureFit } from './temperature.js';
