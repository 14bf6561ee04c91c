import test from 'ava';
import { convertText, messages } from '../testing/convert-text.ts';
import { parseEnvFile } from './env-file.ts';
import { splitWords } from './words.ts';

const environment = { NAME: 'web', EMPTY: '', NEST: 'in' };
const image = (text: string) => {
  const result = convertText(`services:\n  a:\n    image: '${text}'\n    mem_limit: 64m\n`, { environment });
  return [
    result.job?.taskGroups[0]?.tasks[0]?.config['image'],
    messages(result).find((line) => line.includes('ariable') || line.includes('ubstitution')),
  ];
};

for (const [text, expected] of [
  ['$NAME:1', 'web:1'],
  ['${NAME}:1', 'web:1'],
  ['${GONE:-x}', 'x'],
  ['${EMPTY:-x}', 'x'],
  ['a${EMPTY-x}', 'a'],
  ['${NAME:+x}', 'x'],
  ['a${EMPTY:+x}', 'a'],
  ['a${EMPTY+x}', 'ax'],
  ['${GONE:-${NEST}-y}', 'in-y'],
  ['${NAME:?no}', 'web'],
  ['$$NAME', '$NAME'],
  // Escaped once more: the node reads a driver's options as templates.
  ['$${NAME}', '$${NAME}'],
] as const) {
  test(`${text} is ${expected}`, (t) => t.deepEqual(image(text), [expected, undefined]));
}

for (const [text, expected] of [
  ['${GONE:?set it}', /^error 3:12 Variable not set: The variable GONE is required: set it\./],
  ['${GONE', /^error 3:12 Invalid substitution: .*not closed/],
  ['${1x}', /^error 3:12 Invalid substitution: .*no variable/],
  ['a$GONE', /^warning 3:12 Variable not set: The variable GONE is not set/],
] as const) {
  test(`${text} is told about`, (t) => t.regex(String(image(text)[1]), expected));
}

test('a command line is split as a shell does', (t) => {
  t.deepEqual(splitWords(`a "b c" 'd "e"' f\\ g "x\\"y" ''`), ['a', 'b c', 'd "e"', 'f g', 'x"y', '']);
  t.is(splitWords('a "b'), undefined);
});

test('a file of variables has comments, quotes and export', (t) => {
  t.deepEqual(parseEnvFile(`# c\n\nA=1 # one\nexport B="two\\nlines"\nC='$x'\nD=\n=x\nplain\n`), [
    ['A', '1'],
    ['B', 'two\nlines'],
    ['C', '$x'],
    ['D', ''],
  ]);
});
