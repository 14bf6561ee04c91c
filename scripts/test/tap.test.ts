import test from 'ava';
import { createTapReader } from './tap.ts';

test('createTapReader counts passes, failures and skips apart and shows failures with their details', (t) => {
  const reader = createTapReader();
  const lines = [
    'TAP version 13',
    'ok 1 - a › works',
    '# b',
    'not ok 2 - b › breaks',
    '  ---',
    '    message: no',
    '  ...',
    'ok 3 - c › later # SKIP no kvm',
    'ok 4 - d',
    '1..4',
    '# tests 4',
    '# fail 1',
  ];
  const shown = lines.flatMap((line) => reader.read(line));
  t.deepEqual({ ...reader.counts }, { passed: 2, failed: 1, skipped: 1 });
  t.deepEqual(shown, [
    '  FAILED: b › breaks',
    '      ---',
    '        message: no',
    '      ...',
    '  skipped: c › later no kvm',
  ]);
});

test('createTapReader counts a test whose log says that it was skipped as a skip', (t) => {
  const reader = createTapReader();
  const shown = ['ok 1 - a', '#   skipped: no such task', 'ok 2 - b', '#   something else'].flatMap((line) =>
    reader.read(line),
  );
  t.deepEqual({ ...reader.counts }, { passed: 1, failed: 0, skipped: 1 });
  t.deepEqual(shown, ['  skipped: a (no such task)']);
});
