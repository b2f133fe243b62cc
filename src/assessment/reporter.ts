/** What a piece of long work says about itself while it runs. */
export type Progress = (done: number, total: number, detail?: string) => void;

/** Where an assessment says what it does. */
export interface Reporter {
  /** Runs a named piece of work, timed and with its progress shown. */
  phase<T>(name: string, work: (progress: Progress) => Promise<T>): Promise<T>;
  /** One line that stays. */
  note(message: string): void;
}

/** Says nothing. */
export const silent: Reporter = {
  phase: async (_, work) => work(() => undefined),
  note: () => undefined,
};
