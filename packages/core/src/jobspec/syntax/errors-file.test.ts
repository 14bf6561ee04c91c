// Mistakes in heredocs, comments and characters, JSON, and files of other languages: what is said, and the mend.

import test from 'ava';
import { type ErrorRow, errorsAsIn } from './testing/error-row.ts';

const ROWS: readonly ErrorRow[] = [
  {
    title: 'an unclosed heredoc',
    text: 'a = <<EOT\ntext\n',
    errors: [
      [
        '1:5',
        'Unterminated heredoc',
        'No line consists of the marker EOT alone.',
        'write EOT alone on a line where the text ends',
      ],
    ],
  },
  {
    title: 'a heredoc whose marker is not alone',
    text: 'a = f(<<EOT\ntext\nEOT)\n',
    errors: [
      [
        '1:7',
        'Unterminated heredoc',
        'No line consists of the marker EOT alone.',
        'line 3 begins with EOT: what follows it there belongs on the next line',
      ],
    ],
  },
  {
    title: "text behind a heredoc's marker",
    text: 'a = <<EOT text\nEOT\n',
    errors: [
      ['1:5', 'Invalid heredoc', 'A line break must follow the heredoc marker EOT.', 'begin the text on the next line'],
    ],
  },
  {
    title: 'an unclosed comment',
    text: 'a = 1\n/* b = 2\n',
    errors: [
      [
        '2:1',
        'Unterminated comment',
        'This comment is never closed: the file ends before its "*/".',
        'add "*/" where the comment ends',
      ],
    ],
  },
  {
    title: 'a control character',
    text: 'a = \u0000\n',
    errors: [['1:5', 'Invalid character', 'The character U+0000 has no meaning here.', undefined]],
  },
  {
    title: 'a no-break space',
    text: 'a = 1\n',
    errors: [
      [
        '1:2',
        'Invalid character',
        'The character U+00A0 has no meaning here.',
        'this is a no-break space: replace it by a blank',
      ],
    ],
  },
  {
    title: 'a carriage return alone',
    text: 'a = 1\rb = 2\n',
    errors: [
      [
        '1:6',
        'Invalid character',
        'The character U+000D has no meaning here.',
        'a carriage return belongs before a line feed: save the file with usual line ends',
      ],
    ],
  },
  {
    title: 'half of a character',
    text: 'a = "\ud83d"\n',
    errors: [
      [
        '1:6',
        'Invalid encoding',
        'The file is no valid Unicode text here: half of a character stands alone.',
        'save the file as UTF-8',
      ],
    ],
  },
  {
    title: 'YAML',
    text: 'version: "3"\nservices:\n  a: 1\n',
    errors: [
      [
        '1:1',
        'Not HCL',
        'This looks like YAML.',
        'HCL is expected: name = value, name { … }; "orch job convert FILE" makes a job of a Compose or Kubernetes file',
      ],
    ],
  },
  {
    title: 'YAML with a head',
    text: '# a file\n---\nkind: Deployment\n',
    errors: [
      [
        '2:1',
        'Not HCL',
        'This looks like YAML.',
        'HCL is expected: name = value, name { … }; "orch job convert FILE" makes a job of a Compose or Kubernetes file',
      ],
    ],
  },
  {
    title: 'a JSON list',
    text: '[1]\n',
    errors: [
      [
        '1:1',
        'Not HCL',
        'This looks like a list of JSON or a section of TOML.',
        'HCL is expected: name = value, name { … }; "orch job convert FILE" makes a job of a Compose or Kubernetes file',
      ],
    ],
  },
  {
    title: 'XML',
    text: '<job/>\n',
    errors: [
      [
        '1:1',
        'Not HCL',
        'This looks like XML.',
        'HCL is expected: name = value, name { … }; "orch job convert FILE" makes a job of a Compose or Kubernetes file',
      ],
    ],
  },
  {
    title: 'JSON without braces',
    text: '"job": {}\n',
    errors: [
      [
        '1:1',
        'Not HCL',
        'This looks like JSON without its braces.',
        'HCL is expected: name = value, name { … }; "orch job convert FILE" makes a job of a Compose or Kubernetes file',
      ],
    ],
  },
  {
    title: 'a trailing comma in JSON',
    text: '{"a": 1,}',
    errors: [['1:8', 'Syntax error', 'Found ",", and then "}".', 'JSON allows no comma before "}": remove it']],
  },
  {
    title: 'a trailing comma in a JSON list',
    text: '{"a": [1,\n]}',
    errors: [['1:9', 'Syntax error', 'Found ",", and then "]".', 'JSON allows no comma before "]": remove it']],
  },
  {
    title: 'a missing comma in JSON',
    text: '{"a": 1\n "b": 2}',
    errors: [
      ['2:2', 'Syntax error', 'Found a quoted text, expected "," or "}".', 'put a comma after the value before it'],
    ],
  },
  {
    title: 'a name without quotes in JSON',
    text: '{a: 1}',
    errors: [['1:2', 'Syntax error', 'Found "a", expected a quoted name.', 'write "a"']],
  },
  {
    title: 'single quotes in JSON',
    text: "{'a': 1}",
    errors: [['1:2', 'Syntax error', 'Found "\'", expected a quoted name.', 'JSON writes names in double quotes']],
  },
  {
    title: '= in JSON',
    text: '{"a" = 1}',
    errors: [['1:6', 'Syntax error', 'Found "=", expected ":".', 'JSON writes "name": value']],
  },
  {
    title: 'a comment in JSON',
    text: '{\n // why\n "a": 1}',
    errors: [
      [
        '2:2',
        'Syntax error',
        'Found "/", but JSON has no comments.',
        'write it as the value of a key "//", or write the file in HCL',
      ],
    ],
  },
  {
    title: 'an escape sequence in JSON',
    text: '{"a": "\\q"}',
    errors: [
      [
        '1:8',
        'Invalid string',
        '"\\q" is no escape sequence; there are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uNNNN.',
        'write "\\\\" for a backslash',
      ],
    ],
  },
  {
    title: 'a line break in a JSON string',
    text: '{"a": "x\n"}',
    errors: [['1:7', 'Unterminated string', 'This string is not closed on its line.', 'line breaks are written \\n']],
  },
  {
    title: 'a tab in a JSON string',
    text: '{"a": "x\ty"}',
    errors: [
      [
        '1:9',
        'Invalid string',
        'A control character stands in a string.',
        'write it as an escape sequence, a tab as \\t',
      ],
    ],
  },
  {
    title: 'True in JSON',
    text: '{"a": True}',
    errors: [['1:7', 'Syntax error', 'Found "True", expected a value.', 'write true']],
  },
  {
    title: 'a number with a leading zero in JSON',
    text: '{"a": 01}',
    errors: [
      [
        '1:7',
        'Syntax error',
        'Found "01", expected a value.',
        'a number is written as 1, -1, 1.5 or 1e3; anything else is text in double quotes',
      ],
    ],
  },
  {
    title: 'an unclosed JSON object',
    text: '{"a": {"b": 1}',
    errors: [['1:1', 'Unclosed bracket', 'This "{" is not closed: the file ends before its "}".', 'add "}"']],
  },
  {
    title: 'a JSON list closed by a brace',
    text: '{"a": [1}',
    errors: [['1:7', 'Unclosed bracket', 'This "[" is not closed: "}" stands before its "]".', 'add "]"']],
  },
  {
    title: 'text after JSON',
    text: '{} x',
    errors: [['1:4', 'Syntax error', 'Found "x", expected the end of the file.', undefined]],
  },
  {
    title: 'several slips in JSON',
    text: '{a: 1,\n "b" = 2\n "c": [1,]}',
    errors: [
      ['1:2', 'Syntax error', 'Found "a", expected a quoted name.', 'write "a"'],
      ['2:6', 'Syntax error', 'Found "=", expected ":".', 'JSON writes "name": value'],
      ['3:2', 'Syntax error', 'Found a quoted text, expected "," or "}".', 'put a comma after the value before it'],
      ['3:9', 'Syntax error', 'Found ",", and then "]".', 'JSON allows no comma before "]": remove it'],
    ],
  },
  {
    title: 'several mistakes in one file',
    text: 'a = \'x\'\nb {\n  c = [1\n  d = "\\q"\n  e: 1\n  f {\n    g = 1 2\n  }\n}\nh = }\ni = 1\n',
    errors: [
      ['1:5', 'Invalid character', 'The character "\'" has no meaning here.', 'strings are written in double quotes'],
      ['3:7', 'Unclosed bracket', 'This "[" is not closed before the "d" on line 4.', 'add "]"'],
      [
        '4:8',
        'Invalid escape sequence',
        '"\\q" is no escape sequence; there are \\n \\r \\t \\" \\\\ \\uNNNN \\UNNNNNNNN.',
        'write "\\\\" for a backslash',
      ],
      ['5:4', 'Syntax error', 'Found ":", expected "=" or "{" after "e".', 'attributes are written e = value'],
      ['7:11', 'Syntax error', 'Found the number 2, expected a line break after the attribute.', undefined],
      ['10:5', 'Syntax error', 'Found "}", expected a value.', undefined],
    ],
  },
];

for (const row of ROWS) {
  test(`${row.title} is told at its place, with the mend`, errorsAsIn(row));
}
