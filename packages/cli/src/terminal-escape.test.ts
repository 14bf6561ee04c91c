import test from 'ava';
import { escapeFilter, isEscapeCharacter } from './terminal-escape.ts';

function typed(pieces: readonly string[], character = '~') {
  const filter = escapeFilter(character);
  let text = '';
  for (const piece of pieces) {
    const { data, ended } = filter(Buffer.from(piece));
    text += data.toString();
    if (ended) return { text, ended };
  }
  return { text, ended: false };
}

test('escapeFilter ends at the beginning of a line only, also when it comes in pieces', (t) => {
  t.deepEqual(typed(['~.']), { text: '', ended: true });
  t.deepEqual(typed(['ls\r~.more']), { text: 'ls\r', ended: true });
  t.deepEqual(typed(['ls\n', '~', '.']), { text: 'ls\n', ended: true });
  t.deepEqual(typed(['ls ~.', ' a~.\r']), { text: 'ls ~. a~.\r', ended: false });
});

test('escapeFilter passes an escape that leads to nothing, and one of two', (t) => {
  t.deepEqual(typed(['~/bin\r']), { text: '~/bin\r', ended: false });
  t.deepEqual(typed(['~~.']), { text: '~.', ended: false });
  t.deepEqual(typed(['~\r~.']), { text: '~\r', ended: true });
  t.deepEqual(typed(['ä~.\rä']), { text: 'ä~.\rä', ended: false });
});

test('escapeFilter takes another character, or none', (t) => {
  t.deepEqual(typed(['~.\r%.'], '%'), { text: '~.\r', ended: true });
  t.deepEqual(typed(['~.'], 'none'), { text: '~.', ended: false });
  t.deepEqual(['~', 'none', '', 'ab', ' ', 'ä'].map(isEscapeCharacter), [true, true, false, false, false, false]);
});
