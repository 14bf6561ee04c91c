// Cuts a byte stream into whole lines with a prefix, so that several streams can share a terminal.

/** Whole lines, each ending in a line break; a last line without one gets one. */
export async function* prefixedLines(bytes: AsyncIterable<Uint8Array>, prefix: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines.map((line) => `${prefix}${line}\n`).join('');
  }
  rest += decoder.decode();
  if (rest !== '') yield `${prefix}${rest}\n`;
}
