// Regular expressions in Go's syntax.

import test from 'ava';
import { compilePattern, PatternError } from './pattern.ts';

test('what other dialects know and Go does not is refused', (t) => {
  for (const source of ['(?=a)', '(?<!a)b', '(a)\\1', '(?>a)', 'a**', '(', '[', 'a{1001}', '(?P<n>a)(?P<n>b)']) {
    t.throws(() => compilePattern(source), { instanceOf: PatternError }, source);
  }
});

test('what Go knows and JavaScript does not is understood', (t) => {
  t.true(compilePattern('(?i)^debian').test('Debian 12'));
  t.true(compilePattern('^(?i:a)b$').test('Ab'));
  t.false(compilePattern('^(?i:a)b$').test('AB'));
  t.true(compilePattern('\\A[[:alpha:]]+\\z').test('abc'));
  t.true(compilePattern('\\pL\\p{Greek}').test('aα'));
  t.is(compilePattern('(?P<first>a)').replaceAll('ba', '<${first}>'), 'b<a>');
  t.is(compilePattern('\\Qa.b\\E').replaceAll('a.b axb', '-'), '- axb');
});

test('a replacement names groups as in Go', (t) => {
  const replaced = (template: string) => compilePattern('(l)(?P<x>l)').replaceAll('hello', template);
  t.is(replaced('<$1>'), 'he<l>o');
  t.is(replaced('<$0>'), 'he<ll>o');
  t.is(replaced('<${x}>'), 'he<l>o');
  t.is(replaced('<$1y>'), 'he<>o');
  t.is(replaced('<$9>'), 'he<>o');
  t.is(replaced('$$1'), 'he$1o');
  t.is(replaced('$'), 'he$o');
});

test('an empty match right behind a match is none', (t) => {
  t.is(compilePattern('a*').replaceAll('baac', 'x'), 'xbxcx');
  t.is(compilePattern('').replaceAll('ab', '-'), '-a-b-');
});

test('patterns that backtracking engines never finish are answered', (t) => {
  t.false(compilePattern('(x+x+)+y').test('x'.repeat(5_000)));
  t.false(compilePattern('^(([a-z])+.)+[A-Z]([a-z])+$').test('a'.repeat(5_000)));
});

test('a large pattern on a long text, and a long pattern, are refused by the name of the limit', (t) => {
  const large = compilePattern('(x{0,900}y?)(x{0,900}y?)z');
  t.throws(() => large.test('x'.repeat(100_000)), { instanceOf: PatternError, message: /limit "pattern work"/ });
  t.throws(() => compilePattern('a'.repeat(1_001)), {
    message: /longer than 1000 characters \(limit "pattern length"\)/,
  });
});
