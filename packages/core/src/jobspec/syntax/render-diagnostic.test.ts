import test from 'ava';
import { displayWidth } from '../../lib/display-width.ts';
import { diagnosticAt } from './diagnostic.ts';
import { formatDiagnosticLine, renderDiagnostic } from './render-diagnostic.ts';
import { createSource } from './source.ts';

/** Renders a diagnostic about the first `word` of a text. */
function shown(text: string, word: string, options: { colors?: boolean; hint?: string } = {}): string[] {
  const source = createSource('x.hcl', text);
  const from = text.indexOf(word);
  const diagnostic = diagnosticAt(source, { from, to: from + word.length }, 'Wrong', 'It is wrong.', {
    hint: options.hint,
  });
  return renderDiagnostic(diagnostic, new Map([['x.hcl', source]]), { colors: options.colors ?? false }).split('\n');
}

test('the caret stands under what is meant, and the column counts characters, where signs are wide or take no cell', (t) => {
  const [head, , line, carets] = shown('a = "日本🚀e\u0301" wrong', 'wrong');
  t.is(head, 'x.hcl:1:13: error: Wrong');
  t.is(line, '  1 | a = "日本🚀e\u0301" wrong');
  // 4 + 1 + 3 signs of two cells + 1 + 1 + 1 cells.
  t.is(carets, `    | ${' '.repeat(14)}^^^^^`);
});

test('carets under wide signs are as wide as they are', (t) => {
  t.is(shown('x = "日本"', '日本')[3], '    |      ^^^^');
});

test('tabs before the caret are tabs again, whatever their width', (t) => {
  t.is(shown('\t\tx\t= wrong', 'wrong')[3], '    | \t\t \t  ^^^^^');
});

test('a line with a Windows line end is shown without it', (t) => {
  const lines = shown('a = 1\r\nb = wrong\r\nc = 3\r\n', 'wrong');
  t.is(lines[0], 'x.hcl:2:5: error: Wrong');
  t.is(lines[2], '  2 | b = wrong');
});

test('a range over several lines has carets to the end of its first line', (t) => {
  t.is(shown('a = [\n  1,\n]', '[\n  1,\n]')[3], '    |     ^');
});

test('a very long line is cut on both sides of the caret, never in the middle of a sign', (t) => {
  const [head, , line = '', carets = ''] = shown(`${'🚀'.repeat(5_000)} wrong ${'x'.repeat(5_000)}`, 'wrong');
  t.is(head, 'x.hcl:1:5002: error: Wrong');
  t.regex(line, /^ {2}1 \| …(🚀)+ wrong x+…$/u);
  t.true(line.length < 200);
  t.is(carets.indexOf('^'), displayWidth(line.slice(0, line.indexOf('wrong'))));
  t.regex(carets, /\^{5}$/);
});

test('a short line is shown whole when the mistake is at its far end', (t) => {
  t.is(shown(`${'y'.repeat(150)} wrong`, 'wrong')[2], `  1 | ${'y'.repeat(150)} wrong`);
});

test('an empty range has one caret, also behind the last character', (t) => {
  const source = createSource('x.hcl', 'a = ');
  const diagnostic = diagnosticAt(source, { from: 4, to: 4 }, 'Missing', 'A value is missing.');
  t.deepEqual(renderDiagnostic(diagnostic, new Map([['x.hcl', source]])).split('\n'), [
    'x.hcl:1:5: error: Missing',
    '    |',
    '  1 | a =',
    '    |     ^',
    '  A value is missing.',
  ]);
});

test('escape sequences of a file do not reach the terminal', (t) => {
  const text = shown('x = "\u001b[2J\u202e" wrong', 'wrong').join('\n');
  t.false(text.includes('\u001b'));
  t.false(text.includes('\u202e'));
  t.true(text.includes('\ufffd[2J\ufffd'));
});

test('colours are escape sequences around the same text, only when they are asked for', (t) => {
  const plain = shown('a = wrong', 'wrong', { hint: 'write right' }).join('\n');
  const colored = shown('a = wrong', 'wrong', { hint: 'write right', colors: true }).join('\n');
  t.false(plain.includes('\u001b'));
  t.true(colored.includes('\u001b[1;31m^^^^^\u001b[0m'));
  t.is(colored.replace(/\u001b\[[0-9;]*m/g, ''), plain);
});

test('a summary that only repeats the severity is left out', (t) => {
  const source = createSource('x.hcl', 'a = 1');
  const diagnostic = diagnosticAt(source, { from: 0, to: 1 }, 'Warning', 'It does nothing.', { severity: 'warning' });
  t.is(formatDiagnosticLine(diagnostic), 'x.hcl:1:1: warning: It does nothing.');
  t.is(renderDiagnostic(diagnostic, new Map()), 'x.hcl:1:1: warning:\n  It does nothing.');
});

test('the form of one line has no line break, whatever the detail holds', (t) => {
  const source = createSource('x.hcl', 'a = wrong');
  const diagnostic = diagnosticAt(source, { from: 4, to: 9 }, 'Wrong', 'First.\n  Second.', { hint: 'mend' });
  t.is(formatDiagnosticLine(diagnostic), 'x.hcl:1:5: error: Wrong; First. Second. (mend)');
});
