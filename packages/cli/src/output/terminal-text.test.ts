import test from 'ava';
import { fileText, Painted, terminalText } from './terminal-text.ts';
import { textDiff } from './text-diff.ts';

test('only line ends and tabs pass, of painted text colours as well', (t) => {
  t.is(terminalText('a\tb\nc\u001b[31m\u009b\u202e\r'), 'a\tb\nc\\u001b[31m\\u009b\\u202e\\r');
  const red = (text: string) => `\u001b[1;31m${text}\u001b[0m`;
  t.is(terminalText(new Painted(red('x'))), red('x'));
  t.is(terminalText(new Painted(red('x\u001b[2J\u001b]0;t\u0007'))), red('x\\u001b[2J\\u001b]0;t\\u0007'));
  t.is(terminalText(new Painted('\u001b[31;38:2:1;2m')), '\\u001b[31;38:2:1;2m');
});

test('the text of a file goes to programs as it is, and harmless to a terminal', (t) => {
  const text = 'a\r\nb\u001b[2J\r\n';
  t.is(fileText(text, {}), text);
  t.is(fileText(text, { isTTY: true }), 'a\nb\\u001b[2J\n');
});

test('a diff is for patch, or harmless', (t) => {
  const plain = textDiff('f', 'a\u001b\n', 'b\u001b\n', { colors: false, terminal: false });
  t.true(plain.includes('-a\u001b\n+b\u001b\n'));
  const shown = textDiff('f', 'a\u001b\n', 'b\u001b\n', { colors: false, terminal: true });
  t.true(shown.includes('-a\\u001b\n+b\\u001b\n'));
  const painted = textDiff('f', 'a\u001b\r\n', 'b\n', { colors: true, terminal: true });
  t.true(painted.includes('\u001b[31m-a\\u001b\u001b[0m\n'));
});
