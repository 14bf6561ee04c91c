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

test('table does not count colour codes as width', (t) => {
  t.is(table(['A', 'B'], [['\u001b[32mok\u001b[0m', 'x']]), 'A   B\n\u001b[32mok\u001b[0m  x');
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
