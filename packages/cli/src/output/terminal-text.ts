// The door to the terminal: whatever a command prints of records, messages and files goes through here.

import { escapedLines } from '@orch/core/lib/display-width';

/** Text with colours of ours: whoever painted it has made what it quotes harmless before. */
export class Painted {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export function isPainted(value: unknown): value is Painted {
  return value instanceof Painted;
}

/**
 * As it may reach a terminal: line ends and tabs stay, every other control character and every mark that turns the
 * direction of text is shown as its escape. Of painted text colours stay, and nothing else.
 */
export function terminalText(text: string | Painted): string {
  if (!isPainted(text)) return escapedLines(text);
  return text.text
    .split(colour)
    .map((part, index) => (index % 2 === 0 ? escapedLines(part) : part))
    .join('');
}

const colour = /(\u001b\[[0-9;]{0,12}m)/;

/**
 * The text of a file on its way to standard output: byte by byte to a program or a file, harmless to a terminal.
 * What tasks wrote (`logs`, `fs`, `exec`) is not such a text: it is passed on as it is.
 */
export function fileText(text: string, stream: { readonly isTTY?: boolean }): string {
  return stream.isTTY === true ? escapedLines(text.replaceAll('\r\n', '\n')) : text;
}
