/** Bounds of what the panel is asked for, inclusive. */
export const MOST_EPOCHS = 5000;
export const MOST_POINTS = 1000;
export const MOST_HIDDEN = 100;
export const MOST_MEMBERS = 10;
export const MOST_SAMPLES = 200;
/** Of a coordinate of the ray. */
export const LARGEST = 1000;
/** While playing. */
export const EPOCHS_A_FRAME: readonly number[] = [1, 2, 5, 10, 20, 50];
