// Mistakes in attributes and blocks: their places, what is said, and the mend.

import test from 'ava';
import { createDiagnosticSink } from './diagnostic.ts';
import { parseFile } from './parse-file.ts';
import { createSource } from './source.ts';
import { type ErrorRow, errorsAsIn } from './testing/error-row.ts';

const ROWS: readonly ErrorRow[] = [
  {
    title: 'a value that is missing',
    text: 'a = \nb = 1\n',
    errors: [
      [
        '1:5',
        'Syntax error',
        'Found the end of the line, expected a value.',
        'the value begins on the line of the "="',
      ],
    ],
  },
  {
    title: 'a value on the next line',
    text: 'a =\n  1\n',
    errors: [
      [
        '1:4',
        'Syntax error',
        'Found the end of the line, expected a value.',
        'the value begins on the line of the "="',
      ],
    ],
  },
  {
    title: '= before a block',
    text: 'b "x" = {\n  c = 1\n}\n',
    errors: [['1:7', 'Syntax error', 'Found "=", but a block has none.', 'write b "x" {']],
  },
  {
    title: '{ on the next line',
    text: 'b "x"\n{\n  c = 1\n}\n',
    errors: [['2:1', 'Syntax error', 'The "{" of a block stands on the line of its name.', 'write b "x" {']],
  },
  {
    title: 'a colon instead of =',
    text: 'b {\n  type: "x"\n}\n',
    errors: [
      ['2:7', 'Syntax error', 'Found ":", expected "=" or "{" after "type".', 'attributes are written type = value'],
    ],
  },
  {
    title: 'single quotes',
    text: "a = 'x'\nb = 1\n",
    errors: [
      ['1:5', 'Invalid character', 'The character "\'" has no meaning here.', 'strings are written in double quotes'],
    ],
  },
  {
    title: 'backticks',
    text: 'a = `x`\n',
    errors: [
      [
        '1:5',
        'Invalid character',
        'The character "`" has no meaning here.',
        'strings are written in double quotes, longer texts as a heredoc (<<EOT)',
      ],
    ],
  },
  {
    title: 'curly quotes',
    text: 'a = “x”\n',
    errors: [
      [
        '1:5',
        'Invalid character',
        'The character "“" has no meaning here.',
        'strings are written in straight double quotes (")',
      ],
    ],
  },
  {
    title: 'a missing opening quote',
    text: 'a = batch"\nb = 1\n',
    errors: [
      [
        '1:10',
        'Unterminated string',
        'This string is not closed on its line.',
        'if it ends a string, the " before that string is missing',
      ],
    ],
  },
  {
    title: 'a missing closing quote',
    text: 'a = "batch\nb = 1\n',
    errors: [
      [
        '1:5',
        'Unterminated string',
        'This string is not closed on its line.',
        'add the closing ", or use a heredoc (<<EOT) for several lines',
      ],
    ],
  },
  {
    title: 'text without quotes',
    text: 'a = two words\n',
    errors: [
      [
        '1:9',
        'Syntax error',
        'Found "words", expected a line break after the attribute.',
        'text of several words stands in double quotes',
      ],
    ],
  },
  {
    title: 'two attributes on one line',
    text: 'a = 1 b = 2\n',
    errors: [
      [
        '1:7',
        'Syntax error',
        'Found "b", expected a line break after the attribute.',
        'write each item on a line of its own',
      ],
    ],
  },
  {
    title: 'a name in quotes',
    text: '"a" = 1\n',
    errors: [
      [
        '1:1',
        'Syntax error',
        'Found a quoted string, expected the name of an attribute or block.',
        'names are written without quotes: a = …',
      ],
    ],
  },
  {
    title: 'a block name in quotes',
    text: '"group" "g" {\n}\n',
    errors: [
      [
        '1:1',
        'Syntax error',
        'Found a quoted string, expected the name of an attribute or block.',
        'names are written without quotes: group { …',
      ],
    ],
  },
  {
    title: 'a comma after an attribute',
    text: 'a = 1,\nb = 2\n',
    errors: [
      [
        '1:6',
        'Syntax error',
        'A comma does not separate the attributes of a block.',
        'write each on a line of its own',
      ],
    ],
  },
  {
    title: 'a semicolon',
    text: 'a = 1;\nb = 2\n',
    errors: [
      ['1:6', 'Invalid character', 'The character ";" has no meaning here.', 'attributes are separated by line breaks'],
    ],
  },
  {
    title: 'a missing = before a number',
    text: 'count 3\n',
    errors: [
      [
        '1:7',
        'Syntax error',
        'Found the number 3, expected "=" or "{" after "count".',
        'write count = … for an attribute',
      ],
    ],
  },
  {
    title: 'a missing = before text',
    text: 'user "x"\n',
    errors: [
      [
        '1:9',
        'Syntax error',
        'Found the end of the line, expected "=" or "{" after "user".',
        'write user = "x" for an attribute, user "x" { for a block',
      ],
    ],
  },
  {
    title: 'a name alone',
    text: 'a\nb = 1\n',
    errors: [
      ['1:2', 'Syntax error', 'Found the end of the line, expected "=" or "{" after "a".', 'write a = … or a { … }'],
    ],
  },
  {
    title: 'a label with a sequence',
    text: 'b "${c}" {\n}\n',
    errors: [
      ['1:3', 'Invalid label', 'A block label is plain text, without "${" or "%{".', 'write "$${" for "${" as text'],
    ],
  },
  {
    title: 'an unclosed block',
    text: 'b {\n  a = 1\n',
    errors: [
      [
        '1:3',
        'Unclosed block',
        'This block is never closed: the file ends before its "}".',
        'add "}" where the block ends',
      ],
    ],
  },
  {
    title: 'an unclosed block inside of another',
    text: 'b {\n  c {\n    a = 1\n\n  d {\n  }\n}\n',
    errors: [
      [
        '2:5',
        'Unclosed block',
        'The file has one "}" too few; by the indentation this block is not closed.',
        'add "}" where the block ends',
      ],
    ],
  },
  {
    title: 'a brace too many',
    text: 'b {\n}\n}\na = 1\n',
    errors: [['3:1', 'Syntax error', 'This "}" closes no block.', 'remove it']],
  },
  {
    title: 'a closing brace after an attribute',
    text: 'b {\n  a = 1 }\n',
    errors: [
      [
        '2:9',
        'Syntax error',
        'A line break must follow the attribute before this "}".',
        'put the "}" on a line of its own',
      ],
    ],
  },
  {
    title: 'a block in a block on one line',
    text: 'b { c { a = 1 } }\n',
    errors: [
      [
        '1:5',
        'Invalid one-line block',
        'A block on one line holds one attribute and nothing else.',
        'write each item, and the closing "}", on a line of its own',
      ],
    ],
  },
  {
    title: 'two attributes in a block on one line',
    text: 'b { a = 1, c = 2 }\n',
    errors: [
      [
        '1:12',
        'Invalid one-line block',
        'A block on one line holds one attribute and nothing else.',
        'write each item, and the closing "}", on a line of its own',
      ],
    ],
  },
  {
    title: 'a block that begins on its first line',
    text: 'b { a = 1\n}\n',
    errors: [
      [
        '1:5',
        'Invalid one-line block',
        'A block whose attribute stands on its first line ends on that line.',
        'write each item, and the closing "}", on a line of its own',
      ],
    ],
  },
  {
    title: 'a block after a block on one line',
    text: 'b {} c {}\n',
    errors: [
      [
        '1:6',
        'Syntax error',
        'Found "c", expected a line break after the block.',
        'write each item on a line of its own',
      ],
    ],
  },
  {
    title: 'an attribute twice',
    text: 'a = 1\nb = 2\na = 3\n',
    errors: [
      ['3:1', 'Attribute set twice', '"a" is set twice in this block; the first is on line 1.', 'remove one of them'],
    ],
  },
];

for (const row of ROWS) {
  test(`${row.title} is told at its place, with the mend`, errorsAsIn(row));
}

test('after an error the rest of the file is read', (t) => {
  const sink = createDiagnosticSink();
  const body = parseFile(createSource('x', "a = [1\nb = 2\nc {\n  d = 'x'\n  e = 3\n}\nf = 4\n"), sink);
  t.deepEqual(
    body.attributes.map(({ name }) => name),
    ['b', 'f'],
  );
  t.deepEqual(
    body.blocks[0]?.body.attributes.map(({ name }) => name),
    ['e'],
  );
  t.is(sink.list.length, 2);
});
