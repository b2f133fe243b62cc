/** Places in the shared control array. */
const GENERATION = 0;
const ARRIVED = 1;
const FAILED = 2;
export const STOP = 3;
export const STEPS_DONE = 4;
export const DECISION = 5;
export const CONTROL_SIZE = 8;

/** Waiting in a loop is faster than asking the system to wake us, as long as the others are about to arrive. */
const SPINS = 20_000;

/** Where `parties` threads wait for each other. It has failed when one of them says so: then all stop waiting. */
export class Barrier {
  readonly #control: Int32Array;
  readonly #parties: number;

  constructor(control: Int32Array, parties: number) {
    this.#control = control;
    this.#parties = parties;
  }

  /** Returns when all parties have called it, true unless one has failed. */
  wait(): boolean {
    const control = this.#control;
    const generation = Atomics.load(control, GENERATION);
    // After the generation: a failure later than this look begins another one, and ends the wait below.
    if (Atomics.load(control, FAILED) !== 0) return false;
    if (Atomics.add(control, ARRIVED, 1) === this.#parties - 1) {
      Atomics.store(control, ARRIVED, 0);
      this.#release();
    } else {
      for (let i = 0; i < SPINS && Atomics.load(control, GENERATION) === generation; i++);
      while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation);
    }
    return Atomics.load(control, FAILED) === 0;
  }

  fail(): void {
    Atomics.store(this.#control, FAILED, 1);
    this.#release();
  }

  #release(): void {
    Atomics.add(this.#control, GENERATION, 1);
    Atomics.notify(this.#control, GENERATION);
  }
}
