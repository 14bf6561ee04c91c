// What changed in a text, as `diff -u` shows it.

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

const red = '31';
const green = '32';
const cyan = '36';
const bold = '1';

/** A unified diff that `patch` takes. Ends with a line break; empty when the texts are equal. */
export function textDiff(fileName: string, before: string, after: string, colors: boolean): string {
  if (before === after) return '';
  const patch = createTwoFilesPatch(fileName, fileName, before, after, undefined, undefined, {
    headerOptions: FILE_HEADERS_ONLY,
  });
  return colors ? patch.split('\n').map(paint).join('\n') : patch;
}

function paint(line: string): string {
  const code = colorOf(line);
  // What the file holds must not steer the terminal.
  const shown = line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (sign) => (sign === '\r' ? '' : '\ufffd'));
  return code === undefined || shown === '' ? shown : `\u001b[${code}m${shown}\u001b[0m`;
}

function colorOf(line: string): string | undefined {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return bold;
  if (line.startsWith('@@')) return cyan;
  if (line.startsWith('-')) return red;
  return line.startsWith('+') ? green : undefined;
}
