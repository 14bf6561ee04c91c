// Mistakes in expressions and templates: their places, what is said, and the mend.

import test from 'ava';
import { type ErrorRow, errorsAsIn } from './testing/error-row.ts';

const ROWS: readonly ErrorRow[] = [
  {
    title: 'an unclosed list',
    text: 'a = [1, 2\nb = 3\n',
    errors: [['1:5', 'Unclosed bracket', 'This "[" is not closed before the "b" on line 2.', 'add "]"']],
  },
  {
    title: 'an unclosed call',
    text: 'a = f(1\nb = 2\n',
    errors: [['1:6', 'Unclosed bracket', 'This "(" is not closed before the "b" on line 2.', 'add ")"']],
  },
  {
    title: 'an unclosed parenthesis at the end of the file',
    text: 'a = (1',
    errors: [['1:5', 'Unclosed bracket', 'This "(" is not closed before the end of the file.', 'add ")"']],
  },
  {
    title: 'an unclosed object',
    text: 'a = {\n  b = 1\n',
    errors: [['1:5', 'Unclosed bracket', 'This "{" is not closed before the end of the file.', 'add "}"']],
  },
  {
    title: 'a list closed by a brace',
    text: 'b {\n  a = [1\n}\nc = 2\n',
    errors: [['2:7', 'Unclosed bracket', 'This "[" is not closed before the "}" on line 3.', 'add "]"']],
  },
  {
    title: 'a comma too many',
    text: 'a = [1,,2]\n',
    errors: [['1:8', 'Syntax error', 'Found ",", expected a value.', 'remove the comma, or put a value before it']],
  },
  {
    title: 'a missing comma',
    text: 'a = [1 2]\n',
    errors: [
      [
        '1:8',
        'Syntax error',
        'Found the number 2, expected "," or "]" after an element of the list.',
        'elements are separated by commas',
      ],
    ],
  },
  {
    title: 'a missing comma in a call',
    text: 'a = f(1 2)\n',
    errors: [
      [
        '1:9',
        'Syntax error',
        'Found the number 2, expected "," or ")" in the call of f.',
        'arguments are separated by commas',
      ],
    ],
  },
  {
    title: 'an argument after ...',
    text: 'a = f(b..., c)\n',
    errors: [['1:11', 'Syntax error', 'Found ",", expected ")": only the last argument can be expanded.', undefined]],
  },
  {
    title: 'a key without a value',
    text: 'a = { b }\n',
    errors: [
      ['1:9', 'Syntax error', 'Found "}", expected "=" or ":" after the key.', 'quote a key that is not a plain name'],
    ],
  },
  {
    title: 'a key with dots',
    text: 'a = { b.c = 1 }\n',
    errors: [
      ['1:7', 'Ambiguous key', 'A key with dots must be quoted, or put in parentheses to use its value.', undefined],
    ],
  },
  {
    title: 'a block inside of an object',
    text: 'a = {\n  b "x" {\n  }\n}\n',
    errors: [
      [
        '2:5',
        'Syntax error',
        'Found a quoted string, expected "=" or ":" after the key.',
        'if this is a block, what it stands in is a block too: write that without "="',
      ],
    ],
  },
  {
    title: 'two values in an object without a comma',
    text: 'a = { b = 1 c = 2 }\n',
    errors: [['1:13', 'Syntax error', 'Found "c", expected a line break, "," or "}" after the value.', undefined]],
  },
  {
    title: 'a key called for',
    text: 'a = { for = 1 }\n',
    errors: [
      [
        '1:11',
        'Syntax error',
        'Found "=", expected the name of a loop variable after "for".',
        'quote the key "for", or put it in parentheses',
      ],
    ],
  },
  {
    title: 'a for-expression without in',
    text: 'a = [for x of y : x]\n',
    errors: [
      [
        '1:12',
        'Syntax error',
        'Found "of", expected "in" after the loop variables.',
        'a loop is: for item in list, or for key, value in map',
      ],
    ],
  },
  {
    title: 'a for-expression without a colon',
    text: 'a = [for x in y x]\n',
    errors: [
      [
        '1:17',
        'Syntax error',
        'Found "x", expected ":" after the collection.',
        'a for-expression is: [for item in list : value]',
      ],
    ],
  },
  {
    title: 'a key in a list made by for',
    text: 'a = [for x in y : x => 1]\n',
    errors: [
      [
        '1:21',
        'Syntax error',
        'Found "=>", expected "]".',
        'keys and values make an object: write it in braces, {for …}',
      ],
    ],
  },
  {
    title: 'an object made by for without keys',
    text: 'a = {for x in y : x}\n',
    errors: [
      [
        '1:20',
        'Syntax error',
        'Found "}", expected "=>" between key and value.',
        'an object is made by: {for k, v in map : key => value}',
      ],
    ],
  },
  {
    title: 'gathering in a list',
    text: 'a = [for x in y : x...]\n',
    errors: [
      ['1:20', 'Syntax error', 'Found "...", expected "]".', '"..." gathers values by key, which only {for …} does'],
    ],
  },
  {
    title: 'a conditional without its other value',
    text: 'a = b ? 1\n',
    errors: [
      [
        '1:10',
        'Syntax error',
        'Found the end of the line, expected ":" and the value for false.',
        'a conditional is: condition ? value : other value',
      ],
    ],
  },
  {
    title: 'a number with two points',
    text: 'a = 1.2.3\n',
    errors: [['1:5', 'Invalid number', '1.2.3 is no number.', 'put text in quotes: "1.2.3"']],
  },
  {
    title: 'a number with too many digits',
    text: 'a = 1e999999\n',
    errors: [
      [
        '1:5',
        'Invalid number',
        '1e999999 needs more than 4000 digits (limit "digits").',
        'put text in quotes: "1e999999"',
      ],
    ],
  },
  {
    title: 'two indexes after dots',
    text: 'a = b.0.0\n',
    errors: [['1:7', 'Invalid index', 'After "." one whole number may stand; this is 0.0.', 'write [0][0]']],
  },
  {
    title: 'a dot without a name',
    text: 'a = b.\n',
    errors: [['1:7', 'Syntax error', 'Found the end of the line, expected a name after ".".', undefined]],
  },
  {
    title: 'a splat in a splat',
    text: 'a = b.*.*\n',
    errors: [['1:9', 'Nested splat', 'Inside of ".*" there is no further ".*".', 'use [*], which may be repeated']],
  },
  {
    title: 'an operator that does not exist',
    text: 'a = 1 ** 2\nb = x & y\nc = x | y\nd = ~x\n',
    errors: [
      ['1:8', 'Syntax error', 'Found "*", expected a value.', 'powers are written pow(base, exponent)'],
      ['2:7', 'Invalid character', 'The character "&" has no meaning here.', 'the logical operator is "&&"'],
      ['3:7', 'Invalid character', 'The character "|" has no meaning here.', 'the logical operator is "||"'],
      [
        '4:5',
        'Invalid character',
        'The character "~" has no meaning here.',
        'a strip marker stands right before the "}" of a template sequence; the logical operator is "!"',
      ],
    ],
  },
  {
    title: '${ outside of a string',
    text: 'a = ${b}\n',
    errors: [
      [
        '1:5',
        'Invalid character',
        'The character "$" has no meaning here.',
        'outside of strings a value stands without "${" and "}"',
      ],
    ],
  },
  {
    title: 'an unclosed sequence',
    text: 'a = "${b"\nc = 1\n',
    errors: [
      [
        '1:6',
        'Unclosed template sequence',
        'This "${" is not closed: the line ends before its "}".',
        'add "}" after the expression; for "${" as text write "$${"',
      ],
    ],
  },
  {
    title: 'an unclosed sequence at the end of the file',
    text: 'a = <<EOT\n${b\nEOT\n',
    errors: [
      [
        '2:1',
        'Unclosed template sequence',
        'This "${" is not closed: the file ends before its "}".',
        'add "}" after the expression; for "${" as text write "$${"',
      ],
    ],
  },
  {
    title: 'an empty sequence',
    text: 'a = "${}"\n',
    errors: [['1:8', 'Syntax error', 'Found "}", expected a value.', undefined]],
  },
  {
    title: 'another language in a sequence',
    text: 'a = "${b:-c}"\n',
    errors: [
      [
        '1:9',
        'Syntax error',
        'Found ":", expected "}" that ends the template sequence.',
        'a text that another program shall see as "${…}" is written "$${…}"',
      ],
    ],
  },
  {
    title: 'an unknown escape sequence',
    text: 'a = "C:\\dir"\n',
    errors: [
      [
        '1:8',
        'Invalid escape sequence',
        '"\\d" is no escape sequence; there are \\n \\r \\t \\" \\\\ \\uNNNN \\UNNNNNNNN.',
        'write "\\\\" for a backslash',
      ],
    ],
  },
  {
    title: 'half of a character as escape sequence',
    text: 'a = "\\ud83d"\n',
    errors: [
      [
        '1:6',
        'Invalid escape sequence',
        'There is no character U+d83d.',
        'write a character beyond U+FFFF as \\UNNNNNNNN, not as two halves',
      ],
    ],
  },
  {
    title: 'an escape sequence that is too short',
    text: 'a = "\\u12"\n',
    errors: [
      [
        '1:6',
        'Invalid escape sequence',
        '"\\u" is followed by 4 hexadecimal digits; here are 2.',
        'write "\\\\" for a backslash',
      ],
    ],
  },
  {
    title: 'an escaped dollar sign',
    text: 'a = "\\${b}"\n',
    errors: [
      [
        '1:6',
        'Invalid escape sequence',
        '"\\$" is no escape sequence; there are \\n \\r \\t \\" \\\\ \\uNNNN \\UNNNNNNNN.',
        'write "$${" for "${" as text',
      ],
    ],
  },
  {
    title: 'a directive that does not exist',
    text: 'a = "%{ while b }"\n',
    errors: [
      [
        '1:9',
        'Syntax error',
        'Found "while", expected if, else, endif, for or endfor.',
        'to write "%{" as text, write "%%{"',
      ],
    ],
  },
  {
    title: 'an unclosed directive',
    text: 'a = "%{ if b }x"\n',
    errors: [['1:6', 'Unclosed template directive', 'This %{if} has no %{endif}.', 'add %{ endif } where it ends']],
  },
  {
    title: 'an end without a beginning',
    text: 'a = "x%{ endif }"\n',
    errors: [['1:7', 'Misplaced template directive', 'This %{endif} belongs to no open %{if}.', 'remove it']],
  },
  {
    title: 'the wrong end of a directive',
    text: 'a = "%{ for b in c }x%{ endif }"\n',
    errors: [
      [
        '1:22',
        'Misplaced template directive',
        'This %{endif} belongs to no open %{if}.',
        'the open %{for} is ended by %{ endfor }',
      ],
    ],
  },
  {
    title: 'a second else',
    text: 'a = "%{ if b }x%{ else }y%{ else }z%{ endif }"\n',
    errors: [['1:26', 'Misplaced template directive', 'This is the second %{else} of its %{if}.', 'remove it']],
  },
];

for (const row of ROWS) {
  test(`${row.title} is told at its place, with the mend`, errorsAsIn(row));
}
