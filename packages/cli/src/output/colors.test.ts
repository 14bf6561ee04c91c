import test from 'ava';
import { wantsColors } from './colors.ts';

test('colours go to a terminal and nowhere else, unless somebody says otherwise', (t) => {
  const tty = { isTTY: true };
  const pipe = {};
  t.true(wantsColors(tty, {}, {}));
  t.false(wantsColors(pipe, {}, {}));
  t.false(wantsColors(tty, {}, { TERM: 'dumb' }));
  t.false(wantsColors(tty, {}, { NO_COLOR: '1' }));
  t.true(wantsColors(tty, {}, { NO_COLOR: '' }), 'an empty NO_COLOR says nothing');
  t.false(wantsColors(tty, { 'no-color': true }, {}));
  t.true(wantsColors(pipe, { 'force-color': true }, {}));
  t.true(wantsColors(pipe, {}, { FORCE_COLOR: '1' }));
  t.false(wantsColors(tty, {}, { FORCE_COLOR: '0' }));
  t.true(wantsColors(pipe, {}, { NOMAD_CLI_FORCE_COLOR: '1' }));
  t.false(wantsColors(pipe, { 'force-color': true, 'no-color': true }, {}));
});
