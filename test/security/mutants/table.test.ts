import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { mutate } from '../../../scripts/mutants/mutant.ts';
import { outcomeOf } from '../../../scripts/mutants/working-copy.ts';
import { securityMutants } from './table.ts';

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');

/** Titles stand in a file as they are, or are made of a template there. */
function hasTitle(source: string, title: string): boolean {
  if (source.includes(title)) return true;
  const templates = [...source.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)].map(([, text = '']) => text);
  return templates.some((text) => {
    const parts = text.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return parts.join('').length > 10 && new RegExp(`^${parts.join('.+')}$`).test(title);
  });
}

test('every row of the table finds its guard in the source, once, and its test', (t) => {
  t.true(securityMutants.length > 0);
  for (const row of securityMutants) {
    t.notThrows(() => mutate(read(row.file), row), row.guard);
    t.true(hasTitle(read(row.test.file), row.test.title), `${row.test.file} has no test "${row.test.title}"`);
    t.not(row.find, row.put);
  }
});

test('the runner reads the outcome of one title', (t) => {
  const tap = 'TAP version 13\nnot ok 1 - api › it holds\nok 2 - it holds otherwise\n';
  t.is(outcomeOf(tap, 'it holds'), 'failed');
  t.is(outcomeOf(tap, 'it holds otherwise'), 'passed');
  t.is(outcomeOf(tap, 'holds'), 'absent');
  t.is(outcomeOf('ok 1 - it holds # SKIP no engine\n', 'it holds'), 'absent');
});
