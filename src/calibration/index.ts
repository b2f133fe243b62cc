export { appendTemperature, fitTemperature } from './temperature.js';
export type { TemperatureFit } from './temperature.js';
