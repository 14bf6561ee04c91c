// Text.

import { family } from '../evaluate/function-table.ts';
import { type Value, ValueError } from '../evaluate/value.ts';
import { integerArg, textArg, textListArg } from './arguments.ts';
import { formatText } from './format.ts';
import { compilePattern } from './pattern.ts';

/** Characters as people count them. */
function graphemes(text: string): string[] {
  return /^[\u0000-\u007f]*$/.test(text) && !text.includes('\r\n')
    ? text.split('')
    : Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text), (part) => part.segment);
}

function trimEnds(text: string, characters: string): string {
  const points = [...text];
  const cut = new Set(characters);
  let from = 0;
  let to = points.length;
  while (from < to && cut.has(points[from] as string)) from += 1;
  while (to > from && cut.has(points[to - 1] as string)) to -= 1;
  return points.slice(from, to).join('');
}

function substring(args: readonly Value[]): string {
  const parts = graphemes(textArg(args, 0));
  const offset = integerArg(args, 1, -1e9, 1e9);
  const length = integerArg(args, 2, -1, 1e9);
  const from = offset < 0 ? Math.max(0, parts.length + offset) : offset;
  return parts.slice(from, length === -1 ? undefined : from + length).join('');
}

const reverse = (args: readonly Value[]) => graphemes(textArg(args, 0)).reverse().join('');

const oneText = (doc: string, change: (text: string) => Value) => ({
  params: ['text'],
  doc,
  fn: (args: readonly Value[]) => change(textArg(args, 0)),
});

export const stringFunctions = family({
  chomp: oneText('The text without line breaks at its end.', (text) => text.replace(/(\r\n|\r|\n)+$/, '')),
  lower: oneText('The text in lower case.', (text) => text.toLowerCase()),
  upper: oneText('The text in upper case.', (text) => text.toUpperCase()),
  title: oneText('The text with each word begun by a capital.', (text) =>
    text.replace(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
  ),
  trimspace: oneText('The text without blanks at its ends.', (text) => text.trim()),
  strlen: oneText('The number of characters.', (text) => graphemes(text).length),
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
      const prefix = textArg(args, 1);
      const text = textArg(args, 0);
      return text.startsWith(prefix) ? text.slice(prefix.length) : text;
    },
  },
  trimsuffix: {
    params: ['text', 'suffix'],
    doc: 'The text without a suffix.',
    fn: (args) => {
      const suffix = textArg(args, 1);
      const text = textArg(args, 0);
      return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
    },
  },
  substr: { params: ['text', 'offset', 'length'], doc: 'A part of the text; length −1 = to its end.', fn: substring },
  indent: {
    params: ['spaces', 'text'],
    doc: 'The text with all lines but the first indented.',
    fn: (args, { budget }) => {
      const blanks = ' '.repeat(integerArg(args, 0, 0, 1_000));
      const lines = textArg(args, 1).split('\n');
      budget.produce(lines.length * blanks.length);
      return lines.join(`\n${blanks}`);
    },
  },
  join: {
    params: ['separator', 'lists...'],
    doc: 'The elements of lists with a separator between them.',
    fn: (args) =>
      args
        .slice(1)
        .flatMap((_, index) => textListArg(args, index + 1))
        .join(textArg(args, 0)),
  },
  split: {
    params: ['separator', 'text'],
    doc: 'The parts of a text between separators.',
    fn: (args) => textArg(args, 1).split(textArg(args, 0)),
  },
  replace: {
    params: ['text', 'search', 'replacement'],
    doc: 'The text with every occurrence replaced.',
    fn: (args, { budget }) => {
      const parts = textArg(args, 0).split(textArg(args, 1));
      const replacement = textArg(args, 2);
      budget.produce(parts.length * replacement.length);
      return parts.join(replacement);
    },
  },
  regex_replace: {
    params: ['text', 'pattern', 'replacement'],
    doc: 'The text with every match of a regular expression replaced; $1 is the first group.',
    fn: (args) => {
      const pattern = compilePattern(textArg(args, 1), 1);
      const replacement = textArg(args, 2).replace(/\$\{(\w+)\}/g, (_, name: string) =>
        /^\d+$/.test(name) ? `$${name}` : `$<${name}>`,
      );
      return textArg(args, 0).replace(pattern, replacement);
    },
  },
  format: {
    params: ['format', 'values...'],
    doc: 'Text made from a format as in C: %s %d %f %q %v and so on.',
    allowNull: true,
    fn: (args) => formatText(textArg(args, 0), args.slice(1)),
  },
  formatlist: {
    params: ['format', 'values...'],
    doc: 'One text for each element of the given lists.',
    fn: (args, { budget }) => {
      const lists = args.slice(1).filter((arg) => Array.isArray(arg)) as (readonly Value[])[];
      const length = lists[0]?.length ?? 1;
      if (lists.some((list) => list.length !== length)) throw new ValueError('the lists have different lengths', 1);
      budget.step(length);
      return Array.from({ length }, (_, index) =>
        formatText(
          textArg(args, 0),
          args.slice(1).map((arg) => (Array.isArray(arg) ? ((arg as readonly Value[])[index] ?? null) : arg)),
        ),
      );
    },
  },
});
