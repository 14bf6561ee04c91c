// What changed in a text, as `diff -u` shows it.

import { escapedLines } from '@orch/core/lib/display-width';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

const red = '31';
const green = '32';
const cyan = '36';
const bold = '1';

export interface TextDiffLook {
  readonly colors: boolean;
  /** It goes to a terminal. */
  readonly terminal: boolean;
}

/** A unified diff; without colours and not for a terminal, `patch` takes it. Ends with a line break; empty when the texts are equal. */
export function textDiff(fileName: string, before: string, after: string, look: TextDiffLook): string {
  if (before === after) return '';
  const patch = createTwoFilesPatch(fileName, fileName, before, after, undefined, undefined, {
    headerOptions: FILE_HEADERS_ONLY,
  });
  if (!look.colors && !look.terminal) return patch;
  return patch
    .split('\n')
    .map((line) => paint(line, look.colors))
    .join('\n');
}

function paint(line: string, colors: boolean): string {
  const code = colors ? colorOf(line) : undefined;
  // What the file holds must not steer the terminal; that its lines end in two characters is not shown.
  const shown = escapedLines(line.replace(/\r$/, ''));
  return code === undefined || shown === '' ? shown : `\u001b[${code}m${shown}\u001b[0m`;
}

function colorOf(line: string): string | undefined {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return bold;
  if (line.startsWith('@@')) return cyan;
  if (line.startsWith('-')) return red;
  return line.startsWith('+') ? green : undefined;
}
