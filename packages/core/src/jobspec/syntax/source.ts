// A source text with its lines: turns offsets into positions.

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, counted in Unicode code points. */
  readonly column: number;
  /** 0-based index into the text, in UTF-16 units. */
  readonly offset: number;
}

/** From `start` up to but not including `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A half-open piece of a source, in offsets. Every node of the tree is one; `rangeOf` makes positions of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A place in a named file. */
export interface Place {
  readonly source: Source;
  readonly range: Range;
}

/** Longest job file that is read, in UTF-16 units. The same limit as Nomad's `job_max_source_size`. */
export const MAX_SOURCE_LENGTH = 1024 * 1024;

export function createSource(fileName: string, text: string): Source {
  return new Source(fileName, text);
}

/** A text with its lines. They are looked for as far as somebody asks: most files are read without a word about them. */
export class Source {
  readonly fileName: string;
  readonly text: string;
  private readonly starts: number[] = [0];
  private isComplete = false;
  /** The place that was asked for last: on a long line the next one is counted from there. */
  readonly last = { lineStart: 0, offset: 0, column: 1 };

  constructor(fileName: string, text: string) {
    this.fileName = fileName;
    this.text = text;
  }

  /** Offset at which each line begins. */
  get lineStarts(): readonly number[] {
    return this.startsUpTo(this.text.length);
  }

  /** At least the lines that begin up to this offset. */
  startsUpTo(offset: number): readonly number[] {
    const { starts, text } = this;
    while (!this.isComplete && (starts[starts.length - 1] as number) <= offset) {
      const at = text.indexOf('\n', starts[starts.length - 1]);
      if (at === -1) this.isComplete = true;
      else starts.push(at + 1);
    }
    return starts;
  }
}

/** The line of an offset, 1-based. Costs less than a position, whose column is counted along its line. */
export function lineAt(source: Source, offset: number): number {
  const lineStarts = source.startsUpTo(offset);
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

export function positionAt(source: Source, offset: number): Position {
  const { text, last } = source;
  const line = lineAt(source, offset);
  const lineStart = source.startsUpTo(offset)[line - 1] as number;
  const isAfterLast = last.lineStart === lineStart && last.offset <= offset;
  let column = isAfterLast ? last.column : 1;
  for (let index = isAfterLast ? last.offset : lineStart; index < offset; index += 1) {
    const unit = text.charCodeAt(index);
    const isTrailingSurrogate = unit >= 0xdc00 && unit <= 0xdfff && index > lineStart;
    if (!isTrailingSurrogate) column += 1;
  }
  last.lineStart = lineStart;
  last.offset = offset;
  last.column = column;
  return { line, column, offset };
}

/** How many blanks stand before an offset on its line; nothing when something else does. */
export function indentationAt(source: Source, offset: number): number | undefined {
  for (let at = offset - 1; at >= 0; at -= 1) {
    const code = source.text.charCodeAt(at);
    if (code === 10) return offset - at - 1;
    if (code !== 32 && code !== 9) return undefined;
  }
  return offset;
}

export function rangeOf(source: Source, span: Span): Range {
  return { start: positionAt(source, span.from), end: positionAt(source, span.to) };
}

/** The text of a line (1-based) without its line break. */
export function lineText(source: Source, line: number): string {
  const start = source.lineStarts[line - 1] ?? source.text.length;
  const next = source.lineStarts[line];
  const text = source.text.slice(start, next === undefined ? undefined : next - 1);
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
