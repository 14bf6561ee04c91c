// Aligned columns and key-value lists, as people and scripts that cut columns expect them.

import { displayWidth, escaped } from '@orch/core/lib/display-width';

/** Columns separated by two spaces, each as wide as its widest cell; no trailing blanks. A cell is one line. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows.map((row) => row.map(escaped))];
  const widths = header.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ''))));
  return all
    .map((row) =>
      header
        .map((_, column) => {
          const cell = row[column] ?? '';
          return cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `Key   = value` lines with the equal signs in one column. */
export function properties(pairs: readonly (readonly [string, string | undefined])[]): string {
  const shown = pairs
    .filter((pair): pair is readonly [string, string] => pair[1] !== undefined)
    .map(([key, value]) => [escaped(key), value] as const);
  const width = Math.max(0, ...shown.map(([key]) => key.length));
  return shown.map(([key, value]) => `${key.padEnd(width)} = ${escaped(value)}`).join('\n');
}
