import { FormatError } from '../errors/index.js';

/** Characters of one record at most: a quote that is never closed must not gather the whole file. */
const LONGEST_RECORD = 2 ** 24;

/** A record of a CSV text, and the line that it begins on, counted from 1. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/**
 * Reads CSV piece by piece: `push` takes the next piece of the text and returns the records that it completes, `end`
 * the last one. Lines end with LF or CR LF, empty ones are passed over, a byte order mark too. A quote inside a field that does
 * not begin with one is an ordinary character. Records may differ in length.
 *
 * Source: RFC 4180.
 */
export class CsvReader {
  readonly #delimiter: string;
  readonly #where: string;
  #rest = '';
  #line = 1;
  #begun = false;

  constructor({ delimiter = ',', where = 'CSV' }: { delimiter?: string; where?: string } = {}) {
    this.#delimiter = delimiter;
    this.#where = where;
  }

  /** @throws FormatError when something follows a closing quote, or a record does not end. */
  push(text: string): CsvRecord[] {
    this.#rest += text;
    if (!this.#begun && this.#rest !== '') {
      this.#begun = true;
      if (this.#rest.startsWith('\ufeff')) this.#rest = this.#rest.slice(1);
    }
    const records = this.#take(false);
    if (this.#rest.length > LONGEST_RECORD) {
      throw this.#damaged(`a record of at most ${LONGEST_RECORD} characters`, 'a longer one');
    }
    return records;
  }

  /** @throws FormatError when a quote was not closed. */
  end(): CsvRecord[] {
    return this.#take(true);
  }

  #take(isLast: boolean): CsvRecord[] {
    const text = this.#rest;
    const records: CsvRecord[] = [];
    let at = 0;
    let quote = text.indexOf('"');
    while (at < text.length) {
      let end = text.indexOf('\n', at);
      if (end < 0) {
        if (!isLast) break;
        end = text.length;
      }
      if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
      if (quote < 0 || quote >= end) {
        const line = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
        if (line !== '') records.push({ fields: line.split(this.#delimiter), line: this.#line });
        this.#line++;
        at = end + 1;
        continue;
      }
      const read = this.#readQuoted(text, at);
      if (read === undefined) {
        if (isLast) throw this.#damaged('a closing quote', 'the end of the text');
        break;
      }
      if (read.end === text.length && !isLast) break;
      records.push({ fields: read.fields, line: this.#line });
      this.#line += read.lines;
      at = read.end + 1;
    }
    this.#rest = text.slice(at);
    return records;
  }

  /** The record from `start` on and where its line ends; undefined when a quote is still open. */
  #readQuoted(text: string, start: number): { fields: string[]; end: number; lines: number } | undefined {
    const fields: string[] = [];
    let at = start;
    let lines = 1;
    for (;;) {
      let field: string;
      if (text[at] === '"') {
        let close = at;
        do {
          close = text.indexOf('"', close + 1);
          if (close < 0) return undefined;
        } while (text[close + 1] === '"' && ++close > 0);
        field = text.slice(at + 1, close).replaceAll('""', '"');
        for (const character of field) if (character === '\n') lines++;
        at = close + 1;
        if (text[at] === '\r' && (at + 1 === text.length || text[at + 1] === '\n')) at++;
      } else {
        const from = at;
        while (at < text.length && text[at] !== this.#delimiter && text[at] !== '\n') at++;
        field = text.slice(
          from,
          text[at - 1] === '\r' && text[at] !== this.#delimiter && at > from ? at - 1 : at,
        );
      }
      fields.push(field);
      if (at === text.length || text[at] === '\n') return { fields, end: at, lines };
      if (text[at] !== this.#delimiter) {
        throw this.#damaged(
          `'${this.#delimiter}' or the end of the line after a closing quote`,
          `'${text[at]}'`,
        );
      }
      at++;
    }
  }

  #damaged(expected: string, got: string): FormatError {
    return new FormatError({ what: 'CSV', expected, got, where: `${this.#where}, line ${this.#line}` });
  }
}
