/** Some rows of a table. */
export interface TablePiece {
  readonly rows: number;
  /** A text, number, bigint, boolean; null or undefined where nothing is stored. */
  value(row: number, column: number): unknown;
  /** Where a row stands, for messages: 'line 12'. */
  place(row: number): string;
}

/** Rows of named columns. */
export interface Table {
  readonly where: string;
  readonly columns: readonly string[];
  /** Where it is known before all is read. */
  readonly count?: number;
  /** All rows in order. `columns`: those whose values will be asked for. */
  read(columns: readonly number[]): AsyncIterable<TablePiece>;
}
