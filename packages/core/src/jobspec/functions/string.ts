// Text.

import { compilePattern, PatternError } from '../../lib/pattern.ts';
import { type FunctionContext, family } from '../evaluate/function-table.ts';
import { ListValue, SetValue, type Value, ValueError } from '../evaluate/value.ts';
import { integerArg, textArg, wholeTextListArg } from './arguments.ts';
import { characterCount, characters } from './characters.ts';
import { formatText } from './format.ts';

const FAR = Number.MAX_SAFE_INTEGER;

function trimEnds(text: string, cutset: string): string {
  const points = [...text];
  const cut = new Set(cutset);
  let from = 0;
  let to = points.length;
  while (from < to && cut.has(points[from] as string)) from += 1;
  while (to > from && cut.has(points[to - 1] as string)) to -= 1;
  return points.slice(from, to).join('');
}

/** What Go calls a space. */
const BLANKS =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

function chomp(text: string): string {
  let to = text.length;
  while (text[to - 1] === '\n' || text[to - 1] === '\r') to -= 1;
  return text.slice(0, to);
}

function substring(args: readonly Value[]): string {
  const parts = characters(textArg(args, 0));
  const offset = integerArg(args, 1, -FAR, FAR);
  const length = integerArg(args, 2, -FAR, FAR);
  const from = offset < 0 ? Math.max(0, parts.length + offset) : offset;
  // A length of 0 counts only from the start; from the end it means the rest, as in the field.
  if (length === 0) return offset < 0 ? parts.slice(from).join('') : '';
  return parts.slice(from, length < 0 ? undefined : from + length).join('');
}

const reverse = (args: readonly Value[]) => characters(textArg(args, 0)).reverse().join('');

/** Each sign by itself, and only where the result is one sign: "ß" stays. */
function changeCase(text: string, change: (sign: string) => string): string {
  const changed = change(text);
  if (changed.length === text.length) return changed;
  return Array.from(text, (sign) => {
    const other = change(sign);
    return [...other].length === 1 ? other : sign;
  }).join('');
}

/** Every sign by itself: a sigma at the end of a word is like any other. */
function lowerCase(text: string): string {
  return text.replaceAll('\u0130', 'i').replaceAll('\u03a3', '\u03c3').toLowerCase();
}

function titleCase(text: string): string {
  return text.replace(/(^|[^\p{L}\p{Nd}_])(\p{L})/gu, (match, before: string, letter: string) => {
    const isSeparator = before === '' || before < '\u0080' || BLANKS.includes(before);
    return isSeparator ? before + changeCase(letter, (sign) => sign.toUpperCase()) : match;
  });
}

function replaceText(text: string, search: string, replacement: string, produce: (size: number) => void): string {
  const parts = search === '' ? ['', ...text, ''] : text.split(search);
  produce(parts.length * replacement.length);
  return parts.join(replacement);
}

function regexReplace(args: readonly Value[], { budget }: FunctionContext): string {
  const text = textArg(args, 0);
  try {
    return compilePattern(textArg(args, 1)).replaceAll(text, textArg(args, 2), (size) => budget.produce(size));
  } catch (error) {
    if (error instanceof PatternError) throw new ValueError(error.message, 1);
    throw error;
  }
}

/** The elements of a sequence, or undefined for a value that is used again for every line. */
function iterated(value: Value): readonly Value[] | undefined {
  if (value instanceof SetValue) return value.items;
  return Array.isArray(value) ? (value as readonly Value[]) : undefined;
}

function formatList(args: readonly Value[], { budget }: FunctionContext): Value {
  const format = textArg(args, 0);
  const values = args.slice(1);
  const lists = values.map(iterated);
  const length = lists.find((list) => list !== undefined)?.length ?? 1;
  const odd = lists.findIndex((list) => list !== undefined && list.length !== length);
  if (odd >= 0) throw new ValueError('the lists have different lengths', odd + 1);
  budget.step(length * values.length);
  const lines = Array.from({ length }, (_, line) =>
    formatText(
      format,
      values.map((value, index) => (lists[index] === undefined ? value : (lists[index][line] ?? null))),
      (size) => budget.produce(size),
    ),
  );
  return ListValue.make(lines, { kind: 'string' });
}

const oneText = (doc: string, change: (text: string) => Value) => ({
  params: ['text'],
  doc,
  fn: (args: readonly Value[]) => change(textArg(args, 0)),
});

export const stringFunctions = family({
  chomp: oneText('The text without line breaks at its end.', chomp),
  lower: oneText('The text in lower case.', lowerCase),
  upper: oneText('The text in upper case.', (text) => changeCase(text, (part) => part.toUpperCase())),
  title: oneText('The text with each word begun by a capital.', titleCase),
  trimspace: oneText('The text without blanks at its ends.', (text) => trimEnds(text, BLANKS)),
  strlen: oneText('The number of characters.', characterCount),
  strrev: { params: ['text'], doc: 'The text backwards.', fn: reverse },
  reverse: { params: ['text'], doc: 'The text backwards, as strrev.', fn: reverse },
  trim: {
    params: ['text', 'characters'],
    doc: 'The text without these characters at its ends.',
    fn: (args) => trimEnds(textArg(args, 0), textArg(args, 1)),
  },
  trimprefix: {
    params: ['text', 'prefix'],
    doc: 'The text without a prefix.',
    fn: (args) => {
      const text = textArg(args, 0);
      const prefix = textArg(args, 1);
      return text.startsWith(prefix) ? text.slice(prefix.length) : text;
    },
  },
  trimsuffix: {
    params: ['text', 'suffix'],
    doc: 'The text without a suffix.',
    fn: (args) => {
      const text = textArg(args, 0);
      const suffix = textArg(args, 1);
      return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
    },
  },
  substr: {
    params: ['text', 'offset', 'length'],
    doc: 'A part of the text; a negative length = to its end.',
    fn: substring,
  },
  indent: {
    params: ['spaces', 'text'],
    doc: 'The text with all lines but the first indented.',
    fn: (args, { budget }) => {
      const spaces = integerArg(args, 0, 0, 10_000);
      return replaceText(textArg(args, 1), '\n', `\n${' '.repeat(spaces)}`, (size) => budget.produce(size));
    },
  },
  join: {
    params: ['separator', 'list', 'lists...'],
    doc: 'The elements of lists with a separator between them.',
    fn: (args, { budget }) => {
      const separator = textArg(args, 0);
      const items = args.slice(1).flatMap((_, index) => wholeTextListArg(args, index + 1));
      budget.produce(items.reduce((size, item) => size + item.length + separator.length, 0));
      return items.join(separator);
    },
  },
  split: {
    params: ['separator', 'text'],
    doc: 'The parts of a text between separators.',
    fn: (args) => {
      const separator = textArg(args, 0);
      const text = textArg(args, 1);
      return ListValue.make(separator === '' ? [...text] : text.split(separator), { kind: 'string' });
    },
  },
  replace: {
    params: ['text', 'search', 'replacement'],
    doc: 'The text with every occurrence replaced.',
    fn: (args, { budget }) =>
      replaceText(textArg(args, 0), textArg(args, 1), textArg(args, 2), (size) => budget.produce(size)),
  },
  regex_replace: {
    params: ['text', 'pattern', 'replacement'],
    doc: 'The text with every match of a regular expression (RE2) replaced; $1 or ${name} is a group.',
    fn: regexReplace,
  },
  format: {
    params: ['format', 'values...'],
    doc: 'Text made from a format as in C: %s %d %f %q %v and so on.',
    allowNull: true,
    fn: (args, { budget }) => formatText(textArg(args, 0), args.slice(1), (size) => budget.produce(size)),
  },
  formatlist: {
    params: ['format', 'values...'],
    doc: 'One text for each element of the given lists.',
    allowNull: true,
    fn: formatList,
  },
});
