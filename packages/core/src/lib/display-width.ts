// How wide a text is on a terminal, and how it can be shown there without harm.

/** Takes no cell: combining marks, joiners, variation selectors. */
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Takes two cells: East Asian wide and full-width signs, and what is drawn as a picture. */
const doubleWidth =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})$/u;

/** Cells of a text without line breaks and escape sequences; a tab counts as one. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const point of text) {
    if (zeroWidth.test(point)) continue;
    width += doubleWidth.test(point) ? 2 : 1;
  }
  return width;
}

/** Control characters but the tab, and the marks that turn the direction of text. */
const harmful =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The text with every character that could steer a terminal or hide what is written as `\ufffd`. */
export function showable(text: string): string {
  return text.replace(harmful, '\ufffd');
}

/**
 * The text with every character that could steer a terminal or hide what is written, and the tab, as JSON escapes it:
 * `\n`, `\u001b`. Inside of JSON it means the same as before.
 */
export function escaped(text: string): string {
  return text.replace(harmful, escapeOf).replaceAll('\t', '\\t');
}

/** Like `escaped`, for texts of several lines: their ends and tabs stay. */
export function escapedLines(text: string): string {
  return text.replace(harmful, (mark) => (mark === '\n' ? mark : escapeOf(mark)));
}

function escapeOf(mark: string): string {
  if (mark === '\n') return '\\n';
  if (mark === '\r') return '\\r';
  return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
