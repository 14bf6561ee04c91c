// Damaged files: never a crash, always a job or errors with places inside the file.

import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { convertText } from './testing/convert-text.ts';

const read = (name: string) => readFileSync(`${import.meta.dirname}/../../../../examples/wordpress/${name}`, 'utf8');
const inputs = ['compose.yaml', 'kubernetes.yaml'].map((fileName) => ({ fileName, text: read(fileName) }));

function holds(t: ExecutionContext, fileName: string, text: string): void {
  const result = convertText(text, { fileName });
  t.is(result.job === undefined, result.diagnostics.length > 0, text);
  for (const { range } of [...result.diagnostics, ...result.warnings]) {
    t.true(range !== undefined && range.start.offset >= 0 && range.start.offset <= text.length, text);
  }
}

const pieces = [
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '\n',
  '  ',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: ',
  '|',
  '>',
  '!!x ',
  '#',
  '---\n',
  '\t',
  '\u0000',
  '9',
  'null',
  '${',
  '${X:-',
  '\u{1f600}',
  '? ',
];

for (const { fileName, text } of inputs) {
  test(`${fileName} with pieces put in, taken out and moved is a job or errors`, (t) => {
    const at = fc.nat(text.length);
    const change = fc.oneof(
      fc.tuple(at, fc.constantFrom(...pieces)).map(
        ([from, piece]) =>
          (now: string) =>
            now.slice(0, from) + piece + now.slice(from),
      ),
      fc.tuple(at, fc.nat(40)).map(
        ([from, count]) =>
          (now: string) =>
            now.slice(0, from) + now.slice(from + count),
      ),
      fc.tuple(at, at, fc.nat(60)).map(
        ([from, to, count]) =>
          (now: string) =>
            now.slice(0, to) + now.slice(from, from + count) + now.slice(to),
      ),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        holds(
          t,
          fileName,
          changes.reduce((now, apply) => apply(now), text),
        );
      }),
      { numRuns: 400 },
    );
  });

  test(`${fileName} cut off anywhere is a job or errors`, (t) => {
    for (let length = 0; length < text.length; length += 7) holds(t, fileName, text.slice(0, length));
  });

  test(`a value of ${fileName} replaced by one of another kind is a job or errors`, (t) => {
    const lines = text.split('\n');
    for (const [index, line] of lines.entries()) {
      const key = /^(\s*(?:- )?[\w.-]+:)/.exec(line)?.[1];
      if (key === undefined) continue;
      for (const value of ['[]', '{}', 'null', '7', '"x"', '[[[]]]', '{ a: { b: [] } }'])
        holds(t, fileName, lines.with(index, `${key} ${value}`).join('\n'));
    }
  });
}
