import test from 'ava';
import { displayWidth, escaped, escapedLines, showable } from './display-width.ts';

test('a text is as wide as its cells: wide signs take two, combining marks none', (t) => {
  for (const [text, width] of [
    ['', 0],
    ['plain', 5],
    ['größe', 5],
    ['e\u0301', 1],
    ['日本', 4],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['🚀x', 3],
    ['a\u200db', 2],
    ['…', 1],
  ] as const)
    t.is(displayWidth(text), width, text);
});

test('escape sequences, other control characters and direction marks are shown as one sign each, tabs stay', (t) => {
  t.is(showable('a\tb\u001b[31mred\u0007\u202eover\u009bx\u0000'), 'a\tb\ufffd[31mred\ufffd\ufffdover\ufffdx\ufffd');
});

test('what is harmful is escaped as JSON does it, and read back as it was', (t) => {
  const text = 'a\tb\r\n\u001b[31mred\u0007\u202eover\u009bx\u0000\u007f\u2028\u061c ü 🚀';
  t.is(escaped(text), 'a\\tb\\r\\n\\u001b[31mred\\u0007\\u202eover\\u009bx\\u0000\\u007f\\u2028\\u061c ü 🚀');
  t.is(JSON.parse(`"${escaped(text)}"`), text);
  t.is(escapedLines('a\tb\r\n\u001bc'), 'a\tb\\r\n\\u001bc');
});
