import { readFileSync } from 'node:fs';
import test from 'ava';
import { renderArrows, withArrows } from './arrows.ts';

test('renderArrows names rooms, spells groups out and says when there is nothing', (t) => {
  const lines = renderArrows([
    ['^packages/core/src/lib/', []],
    ['^packages/driver-(exec|java)/src/', ['^packages/driver-api/src/']],
    ['^packages/api/src/', ['^packages/core/src/(model|lib)/']],
  ]).split('\n');
  t.deepEqual(
    lines.slice(1, 4).map((line) => line.replace(/ +/g, ' ')),
    ['core/lib → nothing of ours', 'driver-exec, driver-java → driver-api', 'api → core/model, core/lib'],
  );
});

test('the arrows in ARCHITECTURE.md are those the check enforces', (t) => {
  const text = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
  t.is(withArrows(text), text, 'run: npm run docs');
});
