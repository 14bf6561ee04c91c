// The formatter: the recorded results of the peer, and what holds for every file.

import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { createDiagnosticSink } from '../syntax/diagnostic.ts';
import { tokenize } from '../syntax/lexer.ts';
import { createSource } from '../syntax/source.ts';
import { Token } from '../syntax/token.ts';
import { formatText } from './format.ts';
import { messyFile, pickFrom } from './testing/messy-file.ts';

const facts = new URL('../../../../../test/facts/format/', import.meta.url);
const root = new URL('../../../../../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, facts), 'utf8');
}

function format(text: string): string {
  const result = formatText(text, 'x.hcl');
  if (result.text === undefined) throw new Error(`${result.diagnostics[0]?.detail} in ${JSON.stringify(text)}`);
  return result.text;
}

for (const name of readdirSync(new URL('input/', facts))) {
  test(`${name} is formatted as the peer formats it`, (t) => {
    t.is(format(read(`input/${name}`)), read(`output/${name}`));
  });
}

test('400 generated files are formatted byte by byte as the peer formats them', (t) => {
  const lines = read('generated.jsonl').trim().split('\n');
  const pairs = lines.map((line) => JSON.parse(line) as { input: string; output: string });
  t.is(pairs.length, 400);
  for (const { input, output } of pairs) t.is(format(input), output);
});

test('the examples are formatted already', (t) => {
  const names = readdirSync(new URL('examples/', root), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.hcl'));
  t.true(files.length >= 3);
  for (const file of files) {
    const text = readFileSync(new URL(`examples/${file}`, root), 'utf8');
    t.is(format(text), text, file);
  }
});

/** Tokens and comments with their texts; nothing about the blanks between them. */
function contentOf(text: string): string[] {
  const tokens = tokenize(createSource('x.hcl', text), createDiagnosticSink());
  const found = Array.from(tokens.kind.subarray(0, tokens.count), (kind, index) => ({
    kind,
    from: tokens.from[index] ?? 0,
    to: tokens.to[index] ?? 0,
  }));
  for (let at = 0; at < tokens.comments.length; at += 2) {
    found.push({ kind: Token.Invalid, from: tokens.comments[at] ?? 0, to: tokens.comments[at + 1] ?? 0 });
  }
  return found.sort((a, b) => a.from - b.from).map(({ kind, from, to }) => `${kind} ${text.slice(from, to)}`);
}

/** What is put in where a file is damaged. */
const PIECES = [
  '',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '"',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '=',
  '#',
  '/*',
  '*/',
  '//',
  '<<EOT\n',
  '${',
  '%{',
  '~',
  '.',
  ',',
  '-',
  '!',
  '?',
  ':',
  '...',
  '1',
  'in',
  'é',
  '&&',
  '\ufeff',
  '\u0000',
];

const messy = fc.integer({ min: 0, max: 2 ** 31 }).map((seed) => messyFile(pickFrom(seed)));

test('formatting what is formatted changes nothing', (t) => {
  fc.assert(
    fc.property(messy, (text) => {
      const once = format(text);
      t.is(format(once), once);
    }),
    { numRuns: 500 },
  );
});

test('a formatted file has the same tokens and comments in the same order', (t) => {
  fc.assert(
    fc.property(messy, (text) => {
      t.deepEqual(contentOf(format(text)), contentOf(text));
    }),
    { numRuns: 500 },
  );
});

test('only blanks come and go', (t) => {
  const bare = (text: string) => text.replace(/[ \t]/g, '');
  fc.assert(
    fc.property(messy, (text) => {
      t.is(bare(format(text)), bare(text));
    }),
    { numRuns: 500 },
  );
});

/** A messy file with a few places broken: often refused, sometimes something nobody would write. */
const damaged = fc
  .tuple(messy, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...PIECES)), { minLength: 1, maxLength: 3 }))
  .map(([text, edits]) =>
    edits.reduce((rest, [at, cut, piece]) => {
      const from = at % (rest.length + 1);
      return rest.slice(0, from) + piece + rest.slice(from + cut);
    }, text),
  );

test('of a damaged file that is still accepted nothing is lost either, and it is formatted in one go', (t) => {
  let accepted = 0;
  fc.assert(
    fc.property(damaged, (text) => {
      const { text: once, diagnostics } = formatText(text, 'x.hcl');
      t.is(once === undefined, diagnostics.length > 0);
      if (once === undefined) return;
      accepted += 1;
      t.deepEqual(contentOf(once), contentOf(text));
      t.is(format(once), once);
    }),
    { numRuns: 2_000 },
  );
  t.true(accepted > 100, `${accepted} of 2,000 were accepted`);
});

test('line breaks stay as they are, one by one: \\r\\n and \\n may be mixed', (t) => {
  t.is(format('a=1\r\nb=2\nc=3 # x\r\n'), 'a = 1\r\nb = 2\nc = 3 # x\r\n');
  t.is(format('a=1'), 'a = 1');
});

test('blanks at the end of a last line without a line break go', (t) => {
  t.is(format('a = 1  '), 'a = 1');
  t.is(format('a = 1\n \t'), 'a = 1\n');
});

test('blank lines stay, and lose their blanks', (t) => {
  t.is(format('\n  \n\na=1\n\t\n\n'), '\n\n\na = 1\n\n\n');
});

test('a comment between the labels of a block stays', (t) => {
  t.is(format('a   /* why */   "b"{}\n'), 'a /* why */ "b" {}\n');
});

test('text of strings and heredocs stays, also where it looks like code', (t) => {
  const text = 'a = "x=1   # y"\nb = <<-EOT\n   x=1   # y\n\t{\n  EOT\n';
  t.is(format(text), text);
});

test('a file with syntax errors is refused with all of them, at their places', (t) => {
  const result = formatText('a = \nb {\n  c = [1,\n}\nd = "x\n', 'bad.hcl');
  t.is(result.text, undefined);
  const places = result.diagnostics.map((diagnostic) => [diagnostic.fileName, diagnostic.range?.start.line]);
  t.true(places.length >= 2);
  t.deepEqual(places[0], ['bad.hcl', 1]);
  t.is(places.at(-1)?.[1], 5);
});

test('a file of 850 kB is formatted as its parts are', (t) => {
  const block = 'job "x" {\n  a=1 # one\n  bcd =  [1,2,  { x=y }]\n}\n';
  const text = block.repeat(15_000);
  t.is(format(text), format(block).repeat(15_000));
});
