import test from 'ava';
import { processesOfLaunches } from './all-launches.ts';

test('a quarter of few processes is kept for others, of many no more than they need', (t) => {
  t.is(processesOfLaunches(4_096), 3_072);
  t.is(processesOfLaunches(32_768), 24_576);
  t.is(processesOfLaunches(4_194_304), 4_186_112);
});
