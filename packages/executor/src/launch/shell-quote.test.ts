import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { quoteShell, quoteShellWords } from './shell-quote.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((one) => one.replaceAll('\0', ''));

test('a shell gets back every quoted word byte for byte', (t) => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 40 }), (words) => {
      // Lone surrogates have no UTF-8 form and become U+FFFD on the way out, in and out of the shell alike.
      const expected = words.map((word) => Buffer.from(word, 'utf8').toString('utf8'));
      const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${quoteShellWords(words)}`]).toString('utf8');
      t.deepEqual(printed.split('\0').slice(0, -1), expected);
    }),
    { numRuns: 30 },
  );
});

test('a NUL byte is refused', (t) => {
  t.throws(() => quoteShell('a\0b'), { message: /NUL/ });
});
