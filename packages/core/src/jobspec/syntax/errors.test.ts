// Every class of syntax error: its place, what is said, and the mend. A beginner's mistakes come first.

import test from 'ava';
import { createDiagnosticSink } from './diagnostic.ts';
import { parseJson } from './json.ts';
import { parseFile } from './parse-file.ts';
import { createSource } from './source.ts';

interface Row {
  readonly title: string;
  readonly text: string;
  /** `line:column`, summary, detail and hint of each error, in the order of the file. */
  readonly errors: readonly (readonly [place: string, summary: string, detail: string, hint: string | undefined])[];
}

const ROWS: readonly Row[] = [
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

for (const { title, text, errors } of ROWS) {
  test(`${title} is told at its place, with the mend`, (t) => {
    const source = createSource('x.nomad.hcl', text);
    const sink = createDiagnosticSink();
    if (text.startsWith('{')) t.is(parseJson(source, sink), undefined);
    else parseFile(source, sink);
    const sorted = sink.list.toSorted((left, right) => offsetOf(left) - offsetOf(right));
    const found = sorted.map(({ range, summary, detail, hint }) => [placeOf(range), summary, detail, hint]);
    t.deepEqual(found, errors as unknown[]);
    t.true(sink.list.every(({ fileName, severity }) => fileName === 'x.nomad.hcl' && severity === 'error'));
  });
}

type Found = ReturnType<typeof createDiagnosticSink>['list'][number];

function offsetOf({ range }: Found): number {
  return range?.start.offset ?? -1;
}

function placeOf(range: Found['range']): string {
  return range === undefined ? 'nowhere' : `${range.start.line}:${range.start.column}`;
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
