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

export interface Source {
  readonly fileName: string;
  readonly text: string;
  /** Offset at which each line begins. */
  readonly lineStarts: readonly number[];
  /** The place that was asked for last: on a long line the next one is counted from there. */
  readonly last: { lineStart: number; offset: number; column: number };
}

/** Longest job file that is read, in UTF-16 units. The same limit as Nomad's `job_max_source_size`. */
export const MAX_SOURCE_LENGTH = 1024 * 1024;

export function createSource(fileName: string, text: string): Source {
  const lineStarts = [0];
  let at = text.indexOf('\n');
  while (at !== -1) {
    lineStarts.push(at + 1);
    at = text.indexOf('\n', at + 1);
  }
  return { fileName, text, lineStarts, last: { lineStart: 0, offset: 0, column: 1 } };
}

export function positionAt(source: Source, offset: number): Position {
  const { lineStarts } = source;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  const lineStart = lineStarts[low] as number;
  const { last } = source;
  const isAfterLast = last.lineStart === lineStart && last.offset <= offset;
  let column = isAfterLast ? last.column : 1;
  for (let index = isAfterLast ? last.offset : lineStart; index < offset; index += 1) {
    const unit = source.text.charCodeAt(index);
    const isTrailingSurrogate = unit >= 0xdc00 && unit <= 0xdfff && index > lineStart;
    if (!isTrailingSurrogate) column += 1;
  }
  last.lineStart = lineStart;
  last.offset = offset;
  last.column = column;
  return { line: low + 1, column, offset };
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
