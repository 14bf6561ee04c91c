import test from 'ava';
import { properties, table } from './table.ts';

test('table aligns columns and leaves no trailing blanks', (t) => {
  t.is(
    table(
      ['ID', 'Status'],
      [
        ['a', 'running'],
        ['long-id', ''],
      ],
    ),
    'ID       Status\na        running\nlong-id',
  );
});

test('a cell is one line without control characters, and as wide as it is shown', (t) => {
  t.is(table(['A', 'B'], [['\u001b[32mok\n', 'x']]), 'A               B\n\\u001b[32mok\\n  x');
  t.is(table(['A', 'B'], [['日本', 'x']]), 'A     B\n日本  x');
  t.is(properties([['a\u009b', 'b\nc']]), 'a\\u009b = b\\nc');
});

test('properties leaves out what is undefined and lines the equal signs up', (t) => {
  t.is(
    properties([
      ['ID', 'x'],
      ['Nothing', undefined],
      ['Long name', 'y'],
    ]),
    'ID        = x\nLong name = y',
  );
});
