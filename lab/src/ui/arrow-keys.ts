/** Where an arrow key moves something: to the right and up, by `step`; undefined of another key. */
export function arrowMove(key: string, step: number): readonly [right: number, up: number] | undefined {
  switch (key) {
    case 'ArrowLeft':
      return [-step, 0];
    case 'ArrowRight':
      return [step, 0];
    case 'ArrowUp':
      return [0, step];
    case 'ArrowDown':
      return [0, -step];
    default:
      return undefined;
  }
}
