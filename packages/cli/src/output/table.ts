// Aligned columns and key-value lists, as people and scripts that cut columns expect them.

/** Columns separated by two spaces, each as wide as its widest cell; no trailing blanks. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
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
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(0, ...shown.map(([key]) => key.length));
  return shown.map(([key, value]) => `${key.padEnd(width)} = ${value}`).join('\n');
}

/** Columns a text takes on a terminal: escape sequences take none. */
function displayWidth(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}
