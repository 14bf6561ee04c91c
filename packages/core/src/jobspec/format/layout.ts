// The passes over the lines of a file: indentation, blanks inside of a line, alignment with the neighbours.

import { Token } from '../syntax/token.ts';
import { columnsOf } from './columns.ts';
import { type Line, netDepth, type Piece } from './piece.ts';
import { isSpaced } from './spacing.ts';

const INDENT = 2;

/**
 * A line that opens more than it closes puts the lines after it one step in, however many it opens. The step ends with
 * the line that closes the last of them.
 */
export function indentLines(lines: readonly Line[]): void {
  // How many brackets each open step still waits for.
  const steps: number[] = [];
  for (const line of lines) {
    const [first] = line.lead;
    if (first === undefined || first.kind === Token.Newline) continue;
    const heredoc = line.lead.findIndex((item) => item.kind === Token.HeredocOpen);
    const opened = netDepth(heredoc === -1 ? line.lead : line.lead.slice(0, heredoc)) + netDepth(line.assign);
    if (opened < 0) closeSteps(steps, -opened);
    first.spaces = INDENT * steps.length;
    if (opened > 0) steps.push(opened);
  }
}

function closeSteps(steps: number[], count: number): void {
  let left = count;
  while (left > 0 && steps.length > 0) {
    const waiting = steps.pop() as number;
    if (waiting > left) steps.push(waiting - left);
    left -= waiting;
  }
}

/** One blank or none between the pieces of a cell. */
export function spaceLines(lines: readonly Line[]): void {
  for (const { lead, assign } of lines) {
    spaceCell(lead);
    spaceCell(assign);
  }
}

function spaceCell(cell: readonly Piece[]): void {
  cell.forEach((right, index) => {
    const left = cell[index - 1];
    if (left !== undefined) right.spaces = isSpaced(cell[index - 2], left, right) ? 1 : 0;
  });
}

/** Puts the `=` of neighbouring lines in one column, then the comments that end neighbouring lines. */
export function alignLines(lines: readonly Line[]): void {
  alignCells(
    lines,
    (line) => line.assign[0],
    (line) => columnsOf(line.lead),
  );
  alignCells(
    lines,
    (line) => line.comment,
    (line) => columnsOf(line.lead) + columnsOf(line.assign),
  );
}

function alignCells(
  lines: readonly Line[],
  aligned: (line: Line) => Piece | undefined,
  widthBefore: (line: Line) => number,
): void {
  let run: { readonly item: Piece; readonly width: number }[] = [];
  const end = () => {
    const widest = run.reduce((most, { width }) => Math.max(most, width), 0);
    for (const { item, width } of run) item.spaces = widest - width + 1;
    run = [];
  };
  for (const line of lines) {
    const item = aligned(line);
    if (item === undefined) end();
    else run.push({ item, width: widthBefore(line) });
  }
  end();
}
