import test from 'ava';
import { prefixedLines } from './log-lines.ts';

async function* chunks(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

test('prefixedLines puts lines together across chunks, also within a character', async (t) => {
  const umlaut = new TextEncoder().encode('ä');
  const lines: string[] = [];
  for await (const line of prefixedLines(chunks('a', 'b\nc\n', umlaut.slice(0, 1), umlaut.slice(1)), 'x | '))
    lines.push(line);
  t.is(lines.join(''), 'x | ab\nx | c\nx | ä\n');
});
